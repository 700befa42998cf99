"""Enforce a pledge: what was pledged becomes its beneficiary's."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.claims import pledges
from amanat.ledger.claims.pledges import PLEDGES
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Digest, Name, PositiveAmount
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class EnforcePledge(Operation, frozen=True, tag="enforce-pledge"):
    """Moves pledged units to an account of the beneficiary; what is left stays pledged.

    The owner need not sign, and may be suspended: that is when pledges are enforced. Who may hold
    the instrument is not changed by a pledge: every rule of the instrument holds for the
    beneficiary as for any buyer.
    """

    signers = "the beneficiary, and whom the policy `enforce-pledge` asks"
    acts = ("enforce-pledge",)
    refusals = (
        RejectionCode.UNKNOWN_PLEDGE,
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.BEYOND_RESERVED,
        RejectionCode.DIFFERENT_OWNER,
        *MOVEMENT_CODES,
    )
    emits = ("pledge-enforced",)

    pledge: Digest
    amount: PositiveAmount
    target: Name
    """An account of the beneficiary."""
    travel_data: Digest | None = None
    """See `transfer`."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The beneficiary and the policy."""
        pledge = pledges.needed(execution, self.pledge)
        return (SignatureOf(pledge.beneficiary), ApprovalOf("enforce-pledge"))

    def apply(self, execution: Execution) -> None:
        """Move it."""
        pledge, target = pledges.needed(execution, self.pledge), execution.account(self.target)
        if target.owner != pledge.beneficiary:
            raise Refused(
                RejectionCode.DIFFERENT_OWNER,
                account=self.target,
                owner=target.owner,
                need=pledge.beneficiary,
            )
        pledges.take(execution.state, pledge, self.amount)
        post(
            execution,
            Movement(
                Purpose.ENFORCEMENT,
                execution.instrument(pledge.instrument),
                execution.account(pledge.account),
                target,
                self.amount,
                reserved=self.amount,
                travel_data=self.travel_data,
                under=pledge.orders,
            ),
        )
        told = {} if self.travel_data is None else {"travel_data": self.travel_data.hex()}
        execution.emit(
            "pledge-enforced",
            pledge=self.pledge.hex(),
            account=pledge.account,
            target=self.target,
            instrument=pledge.instrument,
            amount=self.amount,
            left=pledge.amount - self.amount,
            **told,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        pledge = state.get(PLEDGES, self.pledge)
        if pledge is None:
            return f"enforce {self.amount:,} of the pledge {self.pledge.hex()[:16]}…, not known"
        what = quantity(state, pledge.instrument, self.amount)
        owner = pledge.account
        return f"take {what} from {owner}, pledged to {pledge.beneficiary}, into {self.target}"
