"""A rehearsal: an execution that lists every refusal, not only the first.

It notes what is refused and goes on wherever the rest can still be tried: with the rules of an
operation where signatures lack, with the other movements of a post, with the next operation. An
operation that a rule refuses leaves nothing behind, so what follows is always tried on a sound
state; but it may be refused because of that. The first refusal is the one that execution gives,
and where there is none, all else is as in execution.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from amanat.ledger.authorization import Consents, Requirement, SignatureOf, unmet
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

    __slots__ = ("_begun", "_found", "noted", "requirements")

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
        self._found: list[Refused] = []
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
        """Refuse with the first of `refusals`, if there are any, and remember the others."""
        self._refuse(_all(refusals))

    def each(
        self,
        items: Iterable[T],
        refusals: Callable[[Execution, T], Iterable[Refused]],
        perform: Callable[[Execution, T], None],
    ) -> None:
        """Check every item, and perform those that nothing refuses."""
        found: list[Refused] = []
        for item in items:
            against = _all(refusals(self, item))
            found += against
            if not against:
                perform(self, item)
        self._refuse(found)

    def require(self, requirements: Iterable[Requirement]) -> None:
        """Note whose consent lacks, and go on as if it were there.

        Whatever the operation asks of the consents later, it hears that those who must sign did.
        """
        asked = list(requirements)
        self.requirements += asked
        self._note(_all(unmet(self.consents, asked)))
        signers = (each.participant for each in asked if isinstance(each, SignatureOf))
        self.consents.assumed |= set(signers)

    def attempt(self, perform: Callable[[Execution, T], None], operation: T) -> None:
        """Perform an operation; note what refuses it, and undo what it wrote then.

        What an operation was refused and did without is none of its refusals.
        """
        mark, told = self.state.mark(), len(self.events)
        self.consents.assumed = frozenset()
        try:
            perform(self, operation)
        except Refused as refused:
            self.state.rollback(mark)
            del self.events[told:]
            self._note([refused, *self._beside(refused)])

    def undo(self) -> None:
        """Undo all that it wrote."""
        self.state.rollback(self._begun)

    def _refuse(self, found: list[Refused]) -> None:
        if found:
            self._found = found
            raise found[0]

    def _beside(self, refused: Refused) -> list[Refused]:
        """Return what was found together with `refused`, or with what an operation made it of."""
        if self._found and self._found[0] in (refused, refused.__cause__):
            return self._found[1:]
        return []

    def _note(self, found: Iterable[Refused]) -> None:
        self.noted += (Noted(self.operation, refused) for refused in found)


def _all(refusals: Iterable[Refused]) -> list[Refused]:
    """Return all `refusals`; where looking for them is refused itself, that is the last."""
    found: list[Refused] = []
    try:
        found.extend(refusals)
    except Refused as refused:
        found.append(refused)
    return found
