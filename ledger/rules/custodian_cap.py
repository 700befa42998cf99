"""No custodian serves more than so much."""

from collections.abc import Iterator

from amanat.ledger.holdings.movements import Movement
from amanat.ledger.holdings.totals import Dimension
from amanat.ledger.identifiers import PositiveAmount
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rising import rise
from amanat.ledger.rules.rule import Rule


class CustodianCap(Rule, frozen=True, tag="custodian-cap"):
    """What all accounts of a custodian hold together, its own among them, is at most this."""

    codes = (RejectionCode.CUSTODIAN_CAP,)

    most: PositiveAmount

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the cap per custodian"

    @property
    def measure(self) -> int:
        """The cap."""
        return self.most

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at what the receiving custodian's accounts would hold."""
        rises = rise(execution.state, movement, Dimension.CUSTODIAN)
        if rises is None or rises.value == movement.instrument.issuer:
            return
        if rises.would_hold > self.most:
            yield Refused(
                RejectionCode.CUSTODIAN_CAP,
                custodian=rises.value,
                would_hold=rises.would_hold,
                may_hold=self.most,
            )
