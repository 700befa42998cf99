"""Open a hold: part of a holding is kept for another account until a time."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.checks import PROMISE_CODES, promise_refusals
from amanat.ledger.claims import holds
from amanat.ledger.claims.holds import HOLD_MAX_MS, HOLDS_MAX, Hold
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import InstrumentId, LedgerTime, Name, PositiveAmount, Reference
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import moment, quantity


class OpenHold(Operation, frozen=True, tag="open-hold"):
    """Holds an amount for another account, to be posted to it, whole or in parts, or voided.

    Until then it is its owner's and cannot move otherwise. The hold ends by itself at `expires`:
    from then on what is left of it is free again, whoever may no longer act. The rules of the
    instrument are asked when it is posted. Its id is the digest that the event shows.
    """

    signers = "the owner of the account"
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.INVALID_HOLD,
        RejectionCode.TOO_MUCH_HELD,
        *PROMISE_CODES,
    )
    emits = ("hold-opened",)

    account: Name
    target: Name
    instrument: InstrumentId
    amount: PositiveAmount
    agent: Name | None
    """A participant that posts it in the place of the target's owner: for an escrow."""
    expires: LedgerTime
    reference: Reference | None

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The owner of the account."""
        return (SignatureOf(execution.owner_of(self.account)),)

    def apply(self, execution: Execution) -> None:
        """Reserve it."""
        if self.agent is not None:
            execution.participant(self.agent)
        self._check_time(execution)
        source, target = execution.account(self.account), execution.account(self.target)
        instrument = execution.instrument(self.instrument)
        promised = Movement(Purpose.TRANSFER, instrument, source, target, self.amount)
        execution.check(promise_refusals(execution, promised))
        would_be = holds.holds_on(self.account, self.instrument).count(execution.state) + 1
        if would_be > HOLDS_MAX:
            raise Refused(RejectionCode.TOO_MUCH_HELD, would_be=would_be, may_be=HOLDS_MAX)
        hold = Hold(
            execution.record_id(),
            self.account,
            self.target,
            self.instrument,
            self.amount,
            self.agent,
            self.expires,
            self.reference,
        )
        holds.put(execution.state, hold)
        execution.emit(
            "hold-opened",
            hold=hold.id.hex(),
            account=self.account,
            target=self.target,
            instrument=self.instrument,
            amount=self.amount,
            agent=self.agent or "",
            expires=self.expires,
            reference=self.reference or "",
        )

    def _check_time(self, execution: Execution) -> None:
        latest = execution.time + HOLD_MAX_MS
        if not execution.time < self.expires <= latest:
            raise Refused(
                RejectionCode.INVALID_HOLD,
                expires=self.expires,
                time=execution.time,
                may=latest,
            )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = quantity(state, self.instrument, self.amount)
        by = "" if self.agent is None else f", at the word of {self.agent}"
        until = moment(self.expires)
        return f"hold {what} in {self.account} for {self.target} until {until}{by}"
