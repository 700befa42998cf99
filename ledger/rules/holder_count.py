"""No more than so many hold it."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from amanat.ledger.holdings.movements import Movement
from amanat.ledger.holdings.totals import Dimension, contributors, total
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rule import Rule
from amanat.ledger.state import State


class HolderCount(Rule, frozen=True, tag="holder-count"):
    """At most so many hold something of it, each with all its accounts counted once.

    Whoever gives all that it has makes room for whoever receives it.
    """

    codes = (RejectionCode.TOO_MANY_HOLDERS,)
    is_of_owners = True

    most: Annotated[int, Meta(ge=1, le=2**53)]

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the number of holders"

    @property
    def measure(self) -> int:
        """The number."""
        return self.most

    def says(self, state: State, instrument: str) -> str:
        """Return the number."""
        del state, instrument
        return f"{self.most:,}"

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look whether there would be one more."""
        instrument, source, target = movement.instrument, movement.source, movement.target

        def holds(owner: str) -> int:
            return total(execution.state, instrument.id, Dimension.OWNER, owner)

        if target is None or target.owner == instrument.issuer or holds(target.owner):
            return
        leaves = source is not None and source.owner != instrument.issuer
        if leaves and source is not None and holds(source.owner) == movement.amount:
            return
        there = contributors(instrument.id, Dimension.OWNER).count(execution.state)
        would_be = there + 1 - (holds(instrument.issuer) > 0)
        if would_be > self.most:
            yield Refused(RejectionCode.TOO_MANY_HOLDERS, would_be=would_be, may_be=self.most)
