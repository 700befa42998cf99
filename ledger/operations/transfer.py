"""Transfer: free of payment."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.days.calendar import Business
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import Digest, InstrumentId, Name, PositiveAmount
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class Transfer(Operation, frozen=True, tag="transfer"):
    """Moves an amount of one instrument from one account to another, free of payment."""

    signers = "the owner of the source account"
    business = Business.FREE_OF_PAYMENT
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.UNKNOWN_INSTRUMENT,
        *MOVEMENT_CODES,
    )
    emits = ("transferred",)

    source: Name
    target: Name
    instrument: InstrumentId
    amount: PositiveAmount
    travel_data: Digest | None = None
    """Digest of what both custodians are sent, sealed, about originator and beneficiary (FATF
    recommendation 16): `amanat travel-data seal` makes it."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The owner of the source account."""
        return (SignatureOf(execution.account(self.source).owner),)

    def apply(self, execution: Execution) -> None:
        """Move it."""
        post(
            execution,
            Movement(
                Purpose.TRANSFER,
                execution.instrument(self.instrument),
                execution.account(self.source),
                execution.account(self.target),
                self.amount,
                travel_data=self.travel_data,
            ),
        )
        told = {} if self.travel_data is None else {"travel_data": self.travel_data.hex()}
        execution.emit(
            "transferred",
            source=self.source,
            target=self.target,
            instrument=self.instrument,
            amount=self.amount,
            **told,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = quantity(state, self.instrument, self.amount)
        return f"transfer {what} from {self.source} to {self.target}"
