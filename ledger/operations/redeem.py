"""Redeem: what was issued goes out of existence, and a bill is paid."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.balances import check_denomination, credit, debit
from amanat.ledger.balances import redeem as redeem_from
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.instruments import TreasuryBillTerms, date_of
from amanat.ledger.operations.operation import Execution, Operation
from amanat.ledger.rejections import Refused, RejectionCode


class Redeem(Operation, frozen=True, tag="redeem"):
    """Destroys an amount of an instrument held in an account.

    A bill is redeemed from its maturity date on, by its issuer, who pays the face value from
    `payer` in the same step; the holder need not sign. Cash is withdrawn: its holder signs too,
    and nobody pays (`payer` is null).
    """

    signers = (
        "the instrument's issuer, and whom the policy `redeem/<kind>` asks; for a bill the owner "
        "of the paying account, for cash the owner of the account"
    )
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.INVALID_TERMS,
        RejectionCode.MISSING_SIGNATURE,
        RejectionCode.NO_POLICY,
        RejectionCode.MISSING_APPROVAL,
        RejectionCode.NOT_YET_MATURED,
        RejectionCode.NOT_A_MULTIPLE,
        RejectionCode.INSUFFICIENT_HOLDING,
        RejectionCode.AMOUNT_OUT_OF_RANGE,
    )

    instrument: InstrumentId
    account: Name
    amount: PositiveAmount
    payer: Name | None

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer, the policy, and the owner of the account that gives something up."""
        instrument = execution.instrument(self.instrument)
        is_bill = isinstance(instrument.terms, TreasuryBillTerms)
        if is_bill != (self.payer is not None):
            need = "a paying account" if is_bill else "no paying account"
            raise Refused(RejectionCode.INVALID_TERMS, instrument=self.instrument, need=need)
        gives = execution.account(self.account if self.payer is None else self.payer)
        return (
            SignatureOf(instrument.issuer),
            SignatureOf(gives.owner),
            ApprovalOf(f"redeem/{instrument.terms.kind}"),
        )

    def apply(self, execution: Execution) -> None:
        """Take the amount out of the account and the supply; pay a bill's face value."""
        instrument = execution.instrument(self.instrument)
        execution.account(self.account)
        check_denomination(instrument, self.amount)
        terms = instrument.terms
        if isinstance(terms, TreasuryBillTerms) and self.payer is not None:
            today = date_of(execution.time)
            if today < terms.maturity_date:
                raise Refused(
                    RejectionCode.NOT_YET_MATURED, matures=terms.maturity_date, today=today
                )
            debit(execution.state, self.payer, terms.cash, self.amount)
            credit(execution.state, self.account, terms.cash, self.amount)
        redeem_from(execution.state, self.account, self.instrument, self.amount)
        execution.emit(
            "redeemed",
            instrument=self.instrument,
            account=self.account,
            amount=self.amount,
            payer=self.payer or "",
        )
