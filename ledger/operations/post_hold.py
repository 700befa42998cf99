"""Post a hold: what was held moves to the account for which it was."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.claims import holds
from amanat.ledger.claims.holds import HOLDS
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Digest, PositiveAmount
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class PostHold(Operation, frozen=True, tag="post-hold"):
    """Moves held units to the account for which they are held; what is left stays held.

    The owner consented when he opened the hold: that he or his custodian is suspended since does
    not stand against it. Who receives must be able to, as for any transfer. Where it cannot be
    posted in time, what is held is free again when the hold expires.
    """

    signers = "the agent that the hold names, else the owner of the account for which it is held"
    refusals = (
        RejectionCode.UNKNOWN_HOLD,
        RejectionCode.HOLD_EXPIRED,
        RejectionCode.BEYOND_RESERVED,
        *MOVEMENT_CODES,
    )
    emits = ("hold-posted",)

    hold: Digest
    amount: PositiveAmount
    travel_data: Digest | None = None
    """See `transfer`."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The agent, or the owner of the target."""
        hold = holds.needed(execution.state, self.hold)
        return (SignatureOf(hold.agent or execution.owner_of(hold.target)),)

    def apply(self, execution: Execution) -> None:
        """Move it."""
        state = execution.state
        hold = holds.needed(state, self.hold)
        if execution.time >= hold.expires:
            raise Refused(RejectionCode.HOLD_EXPIRED, expires=hold.expires, time=execution.time)
        holds.take(state, hold, self.amount)
        post(
            execution,
            Movement(
                Purpose.ENFORCEMENT,
                execution.instrument(hold.instrument),
                execution.account(hold.account),
                execution.account(hold.target),
                self.amount,
                reserved=self.amount,
                travel_data=self.travel_data,
                under=hold.orders,
            ),
        )
        told = {} if self.travel_data is None else {"travel_data": self.travel_data.hex()}
        execution.emit(
            "hold-posted",
            hold=self.hold.hex(),
            account=hold.account,
            target=hold.target,
            instrument=hold.instrument,
            amount=self.amount,
            left=hold.amount - self.amount,
            **told,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        hold = state.get(HOLDS, self.hold)
        if hold is None:
            return f"post {self.amount:,} of the hold {self.hold.hex()[:16]}…, which is not open"
        what = quantity(state, hold.instrument, self.amount)
        return f"post {what} that {hold.account} holds for {hold.target}"
