"""Issue: what did not exist comes into an account."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.balances import check_denomination
from amanat.ledger.balances import issue as issue_into
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.instruments import TreasuryBillTerms, date_of
from amanat.ledger.operations.operation import Execution, Operation
from amanat.ledger.rejections import Refused, RejectionCode


class Issue(Operation, frozen=True, tag="issue"):
    """Creates an amount of an instrument in an account: a bill by its issuer, cash by the bank."""

    signers = "the instrument's issuer, and whom the policy `issue/<kind>` asks"
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.MISSING_SIGNATURE,
        RejectionCode.NO_POLICY,
        RejectionCode.MISSING_APPROVAL,
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.ALREADY_MATURED,
        RejectionCode.NOT_A_MULTIPLE,
        RejectionCode.AMOUNT_OUT_OF_RANGE,
    )

    instrument: InstrumentId
    account: Name
    amount: PositiveAmount

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer, and the policy for this kind of instrument."""
        instrument = execution.instrument(self.instrument)
        return (SignatureOf(instrument.issuer), ApprovalOf(f"issue/{instrument.terms.kind}"))

    def apply(self, execution: Execution) -> None:
        """Add to the supply and to the account."""
        instrument = execution.instrument(self.instrument)
        execution.account(self.account)
        terms = instrument.terms
        if isinstance(terms, TreasuryBillTerms):
            today = date_of(execution.time)
            if today >= terms.maturity_date:
                raise Refused(
                    RejectionCode.ALREADY_MATURED, matures=terms.maturity_date, today=today
                )
        check_denomination(instrument, self.amount)
        issue_into(execution.state, self.account, self.instrument, self.amount)
        execution.emit(
            "issued", instrument=self.instrument, account=self.account, amount=self.amount
        )
