"""What the clients of a run saw, and whether one market can have shown it to all of them."""

from collections.abc import Iterable
from typing import Final

from amanat.ledger.identifiers import Digest
from amanat.ledger.tree.state_tree import StateTree
from tests.linearizability.checker import check
from tests.linearizability.history import Operation, Recorder
from tests.linearizability.search import Undecided
from tests.simulation.answering import Shown, Told
from tests.simulation.clients import DECISIONS
from tests.simulation.invariants import Violation
from tests.simulation.market import Holdings, Look, Market, Submit, holdings, submit

STEPS_MAX: Final = 30_000_000
"""Of the search for an order. With the hint it takes one step a transaction where there is one."""

Asked = Submit | Look
Answer = str | Holdings


class ClientHistory:
    """Records one run: what clients ask of nodes, and what these tell them."""

    def __init__(self, liars: frozenset[str] = frozenset()) -> None:
        """What `liars` answer counts for nothing."""
        self._liars = liars
        self._recorder = Recorder[Asked, Answer]()
        self._submits: dict[int, Submit] = {}
        self._seen: dict[Digest, Holdings] = {}
        self.reads_answered = 0

    def submits(self, number: int, envelope: bytes, name: str) -> Told | None:
        """A client sends transaction `number` to a node. Return what the node answers to."""
        if number >= DECISIONS:  # who takes part is another object than the market
            return None
        if number not in self._submits:
            self._submits[number] = submit(number, envelope)
        begun = self._recorder.invoke(f"at {name}", self._submits[number])
        if name in self._liars:
            return None
        return lambda outcome: self._recorder.answer(begun, outcome)

    def reads(self, name: str) -> Shown:
        """A client reads at a node. Return what the node answers to."""
        begun = self._recorder.invoke(f"at {name}", Look())
        if name in self._liars:
            return lambda _: None
        return lambda tree: self._recorder.answer(begun, self._read(tree))

    def _read(self, tree: StateTree) -> Holdings:
        self.reads_answered += 1
        found = self._seen.get(tree.root)
        if found is None:
            found = self._seen[tree.root] = holdings(tree)
        return found

    def judge(self, order: Iterable[int]) -> None:
        """12: what clients saw is linearizable.

        `order` is that in which transactions took effect on the final chain, by their numbers. It
        is tried first, and proves nothing: the clients saw no chain.
        """
        places = {number: place for place, number in enumerate(order)}

        def hint(operation: Operation[Asked, Answer]) -> int:
            asked = operation.input
            return places.get(asked.transaction, len(places)) if isinstance(asked, Submit) else 0

        try:
            conflict = check(self._operations(), Market(), hint=hint, steps_max=STEPS_MAX)
        except Undecided as undecided:
            # Where all is well the chain's order explains everything, and is found at once.
            raise Violation(f"12: no order was found, {undecided}") from undecided
        if conflict is not None:
            raise Violation(f"12: {conflict}")

    def _operations(self) -> Iterable[Operation[Asked, Answer]]:
        """Yield reads as they are, and one operation a transaction, whoever sent it how often.

        It takes effect once, after it was first sent, and before anybody was told so. Whoever
        sends it again gets the same answer, and asks for nothing more.
        """
        by_number: dict[int, list[Operation[Asked, Answer]]] = {}
        for operation in self._recorder.history():
            if isinstance(operation.input, Submit):
                by_number.setdefault(operation.input.transaction, []).append(operation)
            else:
                yield operation
        for number, operations in by_number.items():
            answered = [each for each in operations if each.answered is not None]
            if len({each.output for each in answered}) > 1:
                raise Violation(f"12: clients are told two outcomes of transaction {number}")
            first = min(answered, key=lambda each: each.answered or 0, default=None)
            yield Operation(
                operations[0].client if first is None else first.client,
                operations[0].input,
                None if first is None else first.output,
                operations[0].invoked,
                None if first is None else first.answered,
            )
