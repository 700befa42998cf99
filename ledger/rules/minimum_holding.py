"""Whoever holds it holds at least so much."""

from collections.abc import Iterator

from amanat.ledger.holdings.movements import Movement
from amanat.ledger.holdings.totals import Dimension, total
from amanat.ledger.identifiers import PositiveAmount
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rule import Rule


class MinimumHolding(Rule, frozen=True, tag="minimum-holding"):
    """After a movement either side holds nothing, or at least this in all its accounts together.

    It is the holding that counts and not the piece: a least piece could be got around by sending a
    larger one and half of it back. Whoever holds less already may add up to the minimum, or give
    all.
    """

    codes = (RejectionCode.BELOW_MINIMUM,)
    is_of_owners = True

    least: PositiveAmount

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the minimum holding"

    @property
    def measure(self) -> int:
        """The minimum."""
        return self.least

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at what either side would be left with."""
        if movement.is_within_holder:
            return
        ends = ((movement.source, -movement.amount), (movement.target, movement.amount))
        instrument = movement.instrument
        for account, change in ends:
            if account is None or account.owner == instrument.issuer:
                continue
            before = total(execution.state, instrument.id, Dimension.OWNER, account.owner)
            if 0 < before + change < self.least:
                yield Refused(
                    RejectionCode.BELOW_MINIMUM,
                    holder=account.owner,
                    would_hold=before + change,
                    must_hold=self.least,
                )
