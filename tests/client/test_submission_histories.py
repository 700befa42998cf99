"""Whatever nodes answer, lose or make up, and wherever the program ends: one outcome, proved."""

from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.client.asking import Nodes
from amanat.client.errors import Expired, OutcomeUnknown, Refused, Rejected
from amanat.client.exchange import (
    Answer,
    Conversation,
    Heard,
    Kept,
    Pause,
    Request,
    Send,
    Silence,
    Step,
)
from amanat.client.receipts import Receipt
from amanat.client.submission import Submission, resume
from tests.client.an_order import END, ENVELOPE, ORDER, PROOFS, URLS
from tests.client.made_up import BLOCK_MS, Ledger, MemoryJournal, Node

T = TypeVar("T")
Outcome = Receipt | Rejected | Expired | OutcomeUnknown | Refused


class Crashed(Exception):  # noqa: N818 - what happened
    """The program has ended; what its journal holds is left."""


@dataclass
class Run:
    """One life of a program after the other, on one network, with one journal."""

    ledger: Ledger
    liar: str | None = None
    pace: int = 1
    """At most so many blocks come between one request and the next."""
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    outcomes: list[Outcome] = field(default_factory=list)
    clock: float = 0.0

    def submission(self, seconds: float = 20.0) -> Conversation[Receipt]:
        return Submission(ORDER, Nodes(URLS), PROOFS, lambda: self.clock, seconds).run()

    def resumed(self) -> "Conversation[list[Receipt | Rejected | Expired | OutcomeUnknown]]":
        return resume(Nodes(URLS), PROOFS, lambda: self.clock, 20.0)

    def live(self, draw: st.DataObject, *, resumes: bool) -> None:
        """Play one life of the program; what happens is drawn."""
        try:
            if resumes:
                self.outcomes += self._played(self.resumed(), draw)
            else:
                self.outcomes.append(self._played(self.submission(), draw))
        except (Rejected, Expired, OutcomeUnknown, Refused) as outcome:
            self.outcomes.append(outcome)
            if isinstance(outcome, Refused) and self.liar is None:
                assert not self.ledger.has_it, "it was refused by nobody who has it"
        except Crashed:
            pass

    def _played(self, conversation: Conversation[T], draw: st.DataObject) -> T:
        heard: Heard = None
        while True:
            try:
                step = conversation.send(heard)
            except StopIteration as end:
                result: T = end.value
                return result
            if draw.draw(st.integers(0, 30), label="crash") == 30:
                raise Crashed
            heard = self._done(step, draw)

    def _done(self, step: Step, draw: st.DataObject) -> Heard:
        if isinstance(step, Pause):
            self.clock += step.seconds
            return None
        if not isinstance(step, Send):
            return self.journal.perform(step)
        assert ORDER.id in self.journal.entries, "it was sent before it was in the journal"
        self._goes_on(draw)
        self.clock += 0.5
        happens = draw.draw(st.sampled_from(("answer",) * 4 + ("no way", "lost", "no answer")))
        if happens == "no way":
            return Silence("refused", sent=False)
        if happens == "lost":
            return Silence("lost", sent=True)
        answer = self._answer(step.url, step.request, draw)
        return Silence("no answer", sent=True) if happens == "no answer" else answer

    def _answer(self, url: str, request: Request, draw: st.DataObject) -> Answer:
        honest = self.ledger.answer(url, request)
        if url == self.liar and draw.draw(st.booleans(), label="lies"):
            return draw.draw(st.sampled_from(self.ledger.lies()))
        return honest

    def _goes_on(self, draw: st.DataObject) -> None:
        for _ in range(draw.draw(st.integers(0, self.pace), label="blocks")):
            self.ledger.add_block()
        for node in self.ledger.nodes.values():
            if draw.draw(st.integers(0, 2), label="applies"):
                self.ledger.apply(node)


def ledger(outcome: str = "applied", nodes: dict[str, Node] | None = None) -> Ledger:
    return Ledger(ORDER.id, ENVELOPE, END, outcome, nodes or {url: Node() for url in URLS})


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Return a network that is early or late in the transaction's time, and who lies in it."""
    height = draw(st.sampled_from((1, 6, 8, 9)))
    executed = draw(st.sampled_from((None, None, 2))) if height > 2 else None
    nodes = {
        url: Node(
            height=draw(st.sampled_from((1, height))),
            clock_ahead=draw(st.sampled_from((0, 3 * BLOCK_MS))),
            refuses_below=draw(st.sampled_from((0, 0, 7))),
            keeps_all=draw(st.booleans()),
        )
        for url in URLS
    }
    made = ledger(draw(st.sampled_from(("applied", "rejected"))), nodes)
    made.height, made.executed = height, executed
    run = Run(made, draw(st.sampled_from((None, *URLS))), draw(st.sampled_from((0, 1, 5))))
    if executed is not None:
        run.journal.entries[ORDER.id] = Kept(ENVELOPE)
    return run


@settings(max_examples=200)
@given(runs(), st.data())
def test_one_outcome_and_the_true_one_whatever_happens(run: Run, data: st.DataObject) -> None:
    for life in range(data.draw(st.integers(1, 3), label="lives")):
        run.live(data, resumes=life > 0 and data.draw(st.booleans(), label="resumes"))

    made = run.ledger
    assert not made.forged
    told = [each for each in run.outcomes if not isinstance(each, OutcomeUnknown | Refused)]
    for each in told:
        if isinstance(each, Expired):
            assert made.executed is None
            assert made.height * BLOCK_MS > END
        else:
            receipt = each if isinstance(each, Receipt) else each.receipt
            assert receipt.height == made.executed
            assert receipt.is_applied == isinstance(each, Receipt) == (made.outcome == "applied")
    assert len({type(each) for each in told}) <= 1
