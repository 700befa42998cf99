"""Transfer: free of payment."""

from collections.abc import Iterable

from amanat.ledger.authorization import Requirement, SignatureOf
from amanat.ledger.balances import check_denomination, credit, debit
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.operations.operation import Execution, Operation
from amanat.ledger.rejections import Refused, RejectionCode


class Transfer(Operation, frozen=True, tag="transfer"):
    """Moves an amount of one instrument from one account to another, free of payment."""

    signers = "the owner of the source account"
    refusals = (
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.MISSING_SIGNATURE,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.SAME_ACCOUNT,
        RejectionCode.NOT_A_MULTIPLE,
        RejectionCode.INSUFFICIENT_HOLDING,
        RejectionCode.AMOUNT_OUT_OF_RANGE,
    )

    source: Name
    target: Name
    instrument: InstrumentId
    amount: PositiveAmount

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The owner of the source account."""
        return (SignatureOf(execution.account(self.source).owner),)

    def apply(self, execution: Execution) -> None:
        """Debit the source, credit the target."""
        execution.account(self.target)
        if self.source == self.target:
            raise Refused(RejectionCode.SAME_ACCOUNT, account=self.source)
        check_denomination(execution.instrument(self.instrument), self.amount)
        debit(execution.state, self.source, self.instrument, self.amount)
        credit(execution.state, self.target, self.instrument, self.amount)
        execution.emit(
            "transferred",
            source=self.source,
            target=self.target,
            instrument=self.instrument,
            amount=self.amount,
        )
