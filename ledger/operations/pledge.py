"""Pledge: part of a holding secures a debt."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.checks import PROMISE_CODES, promise_refusals
from amanat.ledger.claims import pledges
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount, Reference
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class Pledge(Operation, frozen=True, tag="pledge"):
    """Pledges an amount of a holding to a participant, until that releases or enforces it.

    It stays in its account and its owner's, and cannot move otherwise. Its id is the digest that
    the event shows.
    """

    signers = "the owner of the account"
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.UNKNOWN_PARTICIPANT,
        *PROMISE_CODES,
    )
    emits = ("pledged",)

    account: Name
    instrument: InstrumentId
    amount: PositiveAmount
    beneficiary: Name
    reference: Reference

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The owner of the account."""
        return (SignatureOf(execution.owner_of(self.account)),)

    def apply(self, execution: Execution) -> None:
        """Reserve it."""
        execution.participant(self.beneficiary)
        source, instrument = execution.account(self.account), execution.instrument(self.instrument)
        promised = Movement(Purpose.TRANSFER, instrument, source, None, self.amount)
        execution.check(promise_refusals(execution, promised))
        pledge = pledges.Pledge(
            execution.record_id(),
            self.account,
            self.instrument,
            self.amount,
            self.beneficiary,
            self.reference,
        )
        pledges.put(execution.state, pledge)
        execution.emit(
            "pledged",
            pledge=pledge.id.hex(),
            account=self.account,
            instrument=self.instrument,
            amount=self.amount,
            beneficiary=self.beneficiary,
            reference=self.reference,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = quantity(state, self.instrument, self.amount)
        return f"pledge {what} in {self.account} to {self.beneficiary} for {self.reference}"
