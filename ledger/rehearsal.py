"""A rehearsal: an execution that lists every refusal, not only the first.

It notes what is refused and goes on wherever the rest can still be tried: with the rules of an
operation where signatures lack, with the other movements of a post, with the next operation. An
operation that a rule refuses leaves nothing behind, so what follows is always tried on a sound
state; but it may be refused because of that. The first refusal is the one that execution gives,
and where there is none, all else is as in execution.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from amanat.ledger.authorization import Consents, Requirement, unmet
from amanat.ledger.blocks import Place
from amanat.ledger.identifiers import Digest
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused
from amanat.ledger.state import State

T = TypeVar("T")


class Noted(NamedTuple):
    """A refusal, and the index of the operation that it refuses."""

    operation: int
    refused: Refused


class Rehearsal(Execution):
    """Executes operations on a state that its caller rolls back or throws away."""

    __slots__ = ("_begun", "_stopped", "noted", "requirements")

    def __init__(
        self,
        state: State,
        place: Place,
        consents: Consents,
        *,
        transaction: Digest,
        keys: Iterable[bytes],
    ) -> None:
        super().__init__(state, place, consents, transaction=transaction, keys=keys)
        self._begun = state.mark()
        self._stopped: Refused | None = None
        self.noted: list[Noted] = []
        """Every refusal so far, in the order in which execution would meet them."""
        self.requirements: list[Requirement] = []
        """Whose consent was asked for so far."""

    @staticmethod
    def within(execution: Execution, consents: Consents) -> "Rehearsal":
        """Return a rehearsal within an execution, for what others consented to earlier."""
        place = Place(execution.chain, execution.height, execution.time)
        inner = Rehearsal(
            execution.state,
            place,
            consents,
            transaction=execution.transaction,
            keys=execution.keys,
        )
        inner.operation = execution.operation
        return inner

    def check(self, refusals: Iterable[Refused]) -> None:
        """Note all `refusals`; the operation ends if there are any."""
        found = self._note(refusals)
        if found:
            raise found[0]

    def allows(self, refusals: Iterable[Refused]) -> bool:
        """Note all `refusals`, and return whether there are none."""
        found = self._note(refusals)
        if found and self._stopped is None:
            self._stopped = found[0]
        return not found

    def go_on(self) -> None:
        """End the operation if something that it needs was not allowed."""
        if self._stopped is not None:
            raise self._stopped

    def require(self, requirements: Iterable[Requirement]) -> None:
        """Note whose consent lacks, and go on as if it were there."""
        asked = list(requirements)
        self.requirements += asked
        self._note(unmet(self.consents, asked))

    def attempt(self, perform: Callable[[Execution, T], None], operation: T) -> None:
        """Perform an operation; note what refuses it, and undo what it wrote then."""
        mark, told, self._stopped = self.state.mark(), len(self.events), None
        try:
            perform(self, operation)
        except Refused as refused:
            self.state.rollback(mark)
            del self.events[told:]
            if all(each.refused is not refused for each in self.noted):
                self.noted.append(Noted(self.operation, refused))

    def undo(self) -> None:
        """Undo all that it wrote."""
        self.state.rollback(self._begun)

    def _note(self, refusals: Iterable[Refused]) -> list[Refused]:
        found: list[Refused] = []
        try:
            found.extend(refusals)
        except Refused as refused:
            found.append(refused)
        self.noted += (Noted(self.operation, refused) for refused in found)
        return found
