"""The residents of a country hold no more than so much."""

from collections.abc import Iterator

from amanat.ledger.custody.accounts import Jurisdiction
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.holdings.totals import Dimension
from amanat.ledger.identifiers import Amount
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.rising import rise
from amanat.ledger.rules.rule import Rule


class JurisdictionCap(Rule, frozen=True, tag="jurisdiction-cap"):
    """What all residents of this country hold together is at most this. One rule per country."""

    codes = (RejectionCode.JURISDICTION_CAP,)

    jurisdiction: Jurisdiction
    most: Amount

    @property
    def subject(self) -> str:
        """The country."""
        return self.jurisdiction

    @property
    def title(self) -> str:
        """What the rule is."""
        return f"the cap for residents of {self.jurisdiction}"

    @property
    def measure(self) -> int:
        """The cap."""
        return self.most

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at what the country's residents would hold."""
        target = movement.target
        if target is None or target.attestation.jurisdiction != self.jurisdiction:
            return
        rises = rise(execution.state, movement, Dimension.JURISDICTION)
        if rises is not None and rises.would_hold > self.most:
            yield Refused(
                RejectionCode.JURISDICTION_CAP,
                jurisdiction=self.jurisdiction,
                would_hold=rises.would_hold,
                may_hold=self.most,
            )
