"""Nobody holds more than so much."""

from collections.abc import Iterator

from amanat.ledger.holdings.movements import Movement
from amanat.ledger.holdings.totals import Dimension
from amanat.ledger.identifiers import PositiveAmount
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rising import rise
from amanat.ledger.rules.rule import Rule


class HolderCap(Rule, frozen=True, tag="holder-cap"):
    """What a holder has in all its accounts together is at most this.

    An omnibus account is its owner's, so the cap holds for all its clients together.
    """

    codes = (RejectionCode.HOLDER_CAP,)
    is_of_owners = True

    most: PositiveAmount

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the cap per holder"

    @property
    def measure(self) -> int:
        """The cap."""
        return self.most

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at what the receiving holder would hold."""
        rises = rise(execution.state, movement, Dimension.OWNER)
        if rises is None or rises.value == movement.instrument.issuer:
            return
        if rises.would_hold > self.most:
            yield Refused(
                RejectionCode.HOLDER_CAP,
                holder=rises.value,
                would_hold=rises.would_hold,
                may_hold=self.most,
            )
