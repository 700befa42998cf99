"""Redeem: what was issued goes out of existence, and a bill is paid."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.instruments import KINDS, TreasuryBillTerms
from amanat.ledger.movements import Movement, Purpose
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.posting import post
from amanat.ledger.redemption import redeem_for
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.wording import quantity


class Redeem(Operation, frozen=True, tag="redeem"):
    """Destroys an amount of an instrument held in an account.

    A bill is redeemed from its maturity date on, by its issuer, who pays the face value from
    `payer` in the same step; the holder need not sign, and what legal orders freeze of it they
    freeze of what was paid. Cash is withdrawn: its holder signs too, and nobody pays (`payer` is
    null).
    """

    signers = (
        "the instrument's issuer, and whom the policy `redeem/<kind>` asks; for a bill the owner "
        "of the paying account, for cash the owner of the account"
    )
    acts = tuple(f"redeem/{kind}" for kind in KINDS)
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.INVALID_TERMS,
        RejectionCode.NOT_YET_MATURED,
        *MOVEMENT_CODES,
    )
    emits = ("freeze-followed", "redeemed")

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
        instrument, account = execution.instrument(self.instrument), execution.account(self.account)
        terms = instrument.terms
        if not isinstance(terms, TreasuryBillTerms) or self.payer is None:
            post(execution, Movement(Purpose.WITHDRAWAL, instrument, account, None, self.amount))
        elif not execution.has_come(terms.maturity_date):
            raise Refused(
                RejectionCode.NOT_YET_MATURED,
                matures=terms.maturity_date,
                today=execution.business_date,
            )
        elif self.payer == self.account:
            post(execution, Movement(Purpose.REDEMPTION, instrument, account, None, self.amount))
        else:
            cash, payer = execution.instrument(terms.cash), execution.account(self.payer)
            paid = Movement(Purpose.REDEMPTION, cash, payer, account, self.amount)
            redeem_for(execution, instrument, account, self.amount, paid)
        execution.emit(
            "redeemed",
            instrument=self.instrument,
            account=self.account,
            amount=self.amount,
            payer=self.payer or "",
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        what = quantity(state, self.instrument, self.amount)
        pays = "" if self.payer is None else f", paid at face from {self.payer}"
        return f"redeem {what} out of {self.account}{pays}"
