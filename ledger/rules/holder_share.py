"""Nobody of a class holds more than a share of what is outstanding."""

from collections.abc import Iterator

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.holdings.totals import Dimension
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules.outstanding import BasisPoints, outstanding_after, part, percent
from amanat.ledger.rules.rising import rise
from amanat.ledger.rules.rule import Rule
from amanat.ledger.state import State


class HolderShare(Rule, frozen=True, tag="holder-share"):
    """What a holder of this class has in all its accounts is at most this share of the issue.

    The class is that of the account that receives. The share is one of all that is outstanding,
    also of what the issuer has not placed yet, and exact. One rule per class.
    """

    codes = (RejectionCode.HOLDER_SHARE,)
    is_of_owners = True

    investor_class: InvestorClass
    basis_points: BasisPoints

    @property
    def subject(self) -> str:
        """The class."""
        return self.investor_class.value

    @property
    def title(self) -> str:
        """What the rule is."""
        return f"the share that a {self.investor_class.value.replace('_', ' ')} may hold"

    @property
    def measure(self) -> int:
        """The share."""
        return self.basis_points

    def says(self, state: State, instrument: str) -> str:
        """Return the share in percent."""
        del state, instrument
        return percent(self.basis_points)

    def refusals(self, execution: Execution, movement: Movement) -> Iterator[Refused]:
        """Look at what the receiving holder would have."""
        target, state = movement.target, execution.state
        if target is None or target.attestation.investor_class is not self.investor_class:
            return
        rises = rise(state, movement, Dimension.OWNER)
        if rises is None or rises.value == movement.instrument.issuer:
            return
        outstanding = outstanding_after(state, movement)
        may_hold = part(outstanding, self.basis_points)
        if rises.would_hold > may_hold:
            yield Refused(
                RejectionCode.HOLDER_SHARE,
                holder=rises.value,
                investor_class=self.investor_class.value,
                would_hold=rises.would_hold,
                may_hold=may_hold,
                outstanding=outstanding,
            )
