"""No more than a share of what is outstanding is held abroad."""

from collections.abc import Iterator

from amanat.ledger.custody.accounts import PAKISTAN
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.holdings.totals import Dimension, total
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.outstanding import BasisPoints, outstanding_after, part, percent
from amanat.ledger.rules.rule import Rule
from amanat.ledger.state import State


class ShareAbroad(Rule, frozen=True, tag="share-abroad"):
    """What residents of other countries hold is at most this share of what is outstanding.

    Outstanding is what was issued and not redeemed, also what the issuer has not placed yet. The
    share is exact: held abroad x 10,000 <= basis points x outstanding, in whole numbers.
    """

    codes = (RejectionCode.SHARE_ABROAD,)

    basis_points: BasisPoints

    @property
    def title(self) -> str:
        """What the rule is."""
        return "the share that may be held abroad"

    @property
    def measure(self) -> int:
        """The share."""
        return self.basis_points

    def says(self, state: State, instrument: str) -> str:
        """Return the share in percent."""
        del state, instrument
        return percent(self.basis_points)

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at what would be held abroad, if more would be."""
        source, target, state = movement.source, movement.target, execution.state
        if target is None or target.attestation.jurisdiction == PAKISTAN:
            return
        if source is not None and source.attestation.jurisdiction != PAKISTAN:
            return
        outstanding = outstanding_after(state, movement)
        at_home = total(state, movement.instrument.id, Dimension.JURISDICTION, PAKISTAN)
        would_hold = outstanding - at_home
        if source is not None:
            would_hold += movement.amount
        may_hold = part(outstanding, self.basis_points)
        if would_hold > may_hold:
            yield Refused(
                RejectionCode.SHARE_ABROAD,
                would_hold=would_hold,
                may_hold=may_hold,
                outstanding=outstanding,
                basis_points=self.basis_points,
            )
