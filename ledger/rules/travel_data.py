"""Who sends and who receives is known to both custodians (FATF recommendation 16)."""

from collections.abc import Iterator

from amanat.ledger.holdings.movements import Movement
from amanat.ledger.identifiers import PositiveAmount
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rule import Rule


class TravelData(Rule, frozen=True, tag="travel-data"):
    """From an amount on, what moves from one custodian to another names its travel data.

    That is a file on originator and beneficiary, sealed to both custodians and the regulator and
    sent to them off the ledger. The movement carries a digest that tells nothing to anybody else.
    Movements are not added up: what is split to stay below is the custodians' to see.
    """

    codes = (RejectionCode.TRAVEL_DATA_MISSING,)

    from_amount: PositiveAmount
    """The least amount of one movement that needs it, in the instrument's smallest unit."""

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the amount from which movements between custodians carry travel data"

    @property
    def measure(self) -> int:
        """The amount."""
        return self.from_amount

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look for the digest."""
        del execution
        source, target = movement.source, movement.target
        if source is None or target is None or movement.travel_data is not None:
            return
        if source.custodian != target.custodian and movement.amount >= self.from_amount:
            yield Refused(
                RejectionCode.TRAVEL_DATA_MISSING,
                amount=movement.amount,
                needed_from=self.from_amount,
                sender=source.custodian,
                receiver=target.custodian,
            )
