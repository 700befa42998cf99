"""The machine that asks the model and the ledger the same, block by block."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from amanat.ledger.operations import AnyOperation, PostHold, Transfer, VoidHold
from amanat.ledger.receipts import Applied, Event, Receipt, Rejected
from tests.ledger.desk import Desk
from tests.ledger.world import public_key
from tests.model import claims, courts, custody, governing, promises, settling, trading
from tests.model.books import DAY, Books, Stop
from tests.model.choices import THEMES
from tests.model.choosing import Chooser, operations
from tests.model.claims import free, freezes
from tests.model.comparing import differences
from tests.model.consents import Consents
from tests.model.market import books_of, document, founding
from tests.model.moments import replay
from tests.model.proposing import run

CARRIED = (courts, custody, governing, promises, settling, trading)
"""They say what each operation does."""

NAMED_BY = {
    "hold-opened": "hold",
    "pledged": "pledge",
    "pledge-substituted": "by",
    "pledge-followed": "by",
    "hold-followed": "by",
    "instruction-entered": "instruction",
    "instructions-matched": "settlement",
    "proposed": "proposal",
}
"""Which field of an event names what was put on record."""


WAITS = (1, 6, 14, 14, 24, 30, 60)
"""Hours."""

SELDOM = 8
"""Once in so many times it waits."""


SHORT = ("insufficient_holding", "frozen")
"""With which codes a transfer is refused of which there is too little."""


class Asked(NamedTuple):
    """A transaction that waits for its block, and what the model says of it."""

    envelope: bytes
    operations: tuple[AnyOperation, ...]
    before: Books
    after: Books
    against: list[str] | None
    """With which codes it would be refused, the first first; None if it is not."""


class Ledger(RuleBasedStateMachine):
    """Asks for operations, closes blocks, lets time pass; and compares."""

    def __init__(self) -> None:
        super().__init__()
        made = document()
        self.desk, self.books = Desk(made), books_of(made)
        self.books.height = 1
        self.queue: list[Asked] = []
        self.theme: int | None = None
        self.tick(1_000)
        for signers, acts in founding():
            self.ask(signers.split(", "), *acts)
            assert self.queue[-1].against is None, self.queue[-1].against
            self.close()

    def tick(self, time: int) -> None:
        """Let time pass."""
        self.books = self.books.copied()
        self.books.pass_time(time)
        self.desk.time = self.books.time
        self.desk.writer.valid_until = self.books.time + DAY

    def ask(self, keys: Sequence[str], *acts: AnyOperation) -> None:
        """Ask both for one transaction, signed with the test keys of these names."""
        signing = {public_key(name).hex(): name for name in keys}
        if not signing:
            return
        if any(self.books.door(each) for each in signing):
            self._ask_at_the_door(list(signing.values()), acts)
            return
        after, against = self.books.copied(), None
        owners = {key: name for name, person in after.people.items() for key in person.keys}
        now = {each: (owners[each], after.time) for each in signing}
        try:
            for act in acts:
                run(after, act, Consents(after, now))
        except Stop as stop:
            after, against = self.books.copied(), [code.value for code in stop.codes]
        envelope = self.desk.writer.sign(list(signing.values()), *acts)
        self.queue.append(Asked(envelope, acts, self.books, after, against))
        closes = after.open_day != self.books.open_day
        self.books = after
        if closes:  # A leader puts nothing behind the close of a day.
            self.close()

    def _ask_at_the_door(self, keys: Sequence[str], acts: Sequence[AnyOperation]) -> None:
        """Ask for what a key has signed that is nobody's or has ended: it comes into no block."""
        self.close()
        against = {self.books.door(public_key(name).hex()) for name in keys} - {None}
        code = self.desk.door(self.desk.writer.sign(keys, *acts))
        assert code in against, (code, against)

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        """Ask for one or two operations, or let time pass."""
        self.step_by(lambda least, most: data.draw(st.integers(least, most)))

    def step_by(self, number: Callable[[int, int], int]) -> None:
        """Do what these numbers choose."""
        if self.theme is None:
            self.theme = number(0, len(THEMES) - 1)
        if number(1, SELDOM) == SELDOM:
            self.wait_hours(WAITS[number(0, len(WAITS) - 1)])
        else:
            self.act_by(number)

    def act_by(self, number: Callable[[int, int], int]) -> None:
        """Ask for what these numbers choose."""
        choose = Chooser(number, self.books)
        choose.theme = self.theme or 0
        acts = operations(choose)
        self.ask(choose.signers(acts), *acts)
        if len(self.queue) >= 3 or choose.chance(2):
            self.close()

    def wait_hours(self, hours: int) -> None:
        """Let time pass, with nothing under way."""
        self.close()
        self.tick(hours * 3_600_000)

    def close(self) -> None:
        """Close the block, and compare what came of it with the model."""
        queue, self.queue = self.queue, []
        if not queue:
            return
        if len(queue) == 1:
            receipts: Sequence[Receipt] = [self.desk.submit(queue[0].envelope)]
        else:
            receipts = self.desk.block([each.envelope for each in queue]).receipts
        for asked, receipt in zip(queue, receipts, strict=True):
            self._compare(asked, receipt.outcome)
        names = self._names(queue, receipts)
        self.books = self.books.copied()
        self.books.named(names)
        found = list(differences(self.books, self.desk.state))
        assert found == [], found
        self.books.height += 1
        self.tick(1_000)

    def _compare(self, asked: Asked, outcome: Applied | Rejected) -> None:
        if isinstance(outcome, Rejected) and _is_about_the_past(asked, outcome):
            return
        if asked.against is None:
            assert isinstance(outcome, Applied), (outcome, asked.operations)
            replay(asked.before, asked.after, asked.operations, outcome.events)
        else:
            assert isinstance(outcome, Rejected), (asked.against, asked.operations)
            assert outcome.code == asked.against[0], (outcome, asked.against, asked.operations)
            self._compare_figures(asked, outcome)

    def _compare_figures(self, asked: Asked, refused: Rejected) -> None:
        """Look whether a transfer that finds too little is told how much there is, and why."""
        act, books = asked.operations[0], asked.before
        if not isinstance(act, Transfer) or refused.operation != 0 or refused.code not in SHORT:
            return
        this = (act.source, act.instrument)
        said: dict[str, str | int] = {"account": act.source, "instrument": act.instrument}
        said |= {"have": free(books, *this), "need": act.amount}
        ice = sum(
            amount
            for amount, names in freezes(books, *this)
            if refused.figures.get("order") in (None, *names)
        )
        said |= {"reserved": promised} if (promised := claims.promised(books, *this)) else {}
        said |= {"frozen": ice} if ice else {}
        told = {name: value for name, value in refused.figures.items() if name != "order"}
        assert told == said, (refused, said, act)

    def _names(self, queue: Sequence[Asked], receipts: Sequence[Receipt]) -> dict[str, str]:
        """Return the ledger's names for what is new on record."""
        names: dict[str, str] = {}
        for asked, receipt in zip(queue, receipts, strict=True):
            told: list[Any] = []
            if isinstance(receipt.outcome, Applied):
                told = [_named(event) for event in receipt.outcome.events]
            numbers = range(asked.before.made + 1, asked.after.made + 1)
            found = [name for name in told if name]
            names |= dict(zip((f"new {each}" for each in numbers), found, strict=True))
        return names

    def teardown(self) -> None:
        """Close the last block."""
        self.close()


def _is_about_the_past(asked: Asked, outcome: Rejected) -> bool:
    """Return whether what is refused is about a hold that has expired.

    It holds nothing any more. Whether it is off the record already says nothing to anybody.
    """
    act, before = asked.operations[outcome.operation], asked.before
    if not isinstance(act, PostHold | VoidHold) or outcome.code != "unknown_hold":
        return False
    hold = before.holds.get(act.hold.hex())
    is_harmless = asked.against is not None or len(asked.operations) == 1
    return hold is not None and hold.expires <= before.time and is_harmless


def _named(event: Event) -> str:
    return str(event.fields.get(NAMED_BY.get(event.name, ""), ""))
