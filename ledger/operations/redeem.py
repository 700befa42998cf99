"""Redeem: what was issued goes out of existence, and a debt is paid."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.checks import MOVEMENT_CODES
from amanat.ledger.days.calendar import Business
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.moving.posting import post
from amanat.ledger.moving.redemption import FOLLOWING, redeem_for
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State
from amanat.ledger.terms import KINDS, DebtTerms, InflationLinkedBondTerms
from amanat.ledger.wording import quantity


class Redeem(Operation, frozen=True, tag="redeem"):
    """Destroys an amount of an instrument held in an account.

    A debt is redeemed from its maturity date on, by its issuer or paying agent, who pays the face
    value from `payer` in the same step; the holder need not sign. First goes what nobody has a
    claim on; what is frozen, pledged or held is frozen, pledged or held of what was paid for it,
    for the same and as long. Cash, a commodity or another asset is withdrawn: its holder signs too,
    and nobody pays (`payer` is null). Once nothing is left of a matured instrument, or of one that
    was issued whole, it is redeemed.
    """

    signers = (
        "the instrument's issuer or its paying agent, and whom the policy `redeem/<kind>` asks; "
        "for a debt the owner of the paying account, for anything else the owner of the account"
    )
    acts = tuple(f"redeem/{kind}" for kind in KINDS)
    business = Business.REDEMPTION
    refusals = (
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.UNKNOWN_ACCOUNT,
        RejectionCode.INVALID_TERMS,
        RejectionCode.NOT_YET_MATURED,
        RejectionCode.INDEX_UNKNOWN,
        RejectionCode.TOO_MANY_CLAIMS,
        RejectionCode.TOO_MUCH_HELD,
        *MOVEMENT_CODES,
    )
    emits = (*FOLLOWING, "redeemed", "instrument-redeemed")

    instrument: InstrumentId
    account: Name
    amount: PositiveAmount
    payer: Name | None

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer or its agent, the policy, and the owner of what is given up."""
        instrument = execution.instrument(self.instrument)
        is_debt = isinstance(instrument.terms, DebtTerms)
        if is_debt != (self.payer is not None):
            need = "a paying account" if is_debt else "no paying account"
            raise Refused(RejectionCode.INVALID_TERMS, instrument=self.instrument, need=need)
        gives = execution.account(self.account if self.payer is None else self.payer)
        return (
            SignatureOf(_redeemer(execution, instrument)),
            SignatureOf(gives.owner),
            ApprovalOf(f"redeem/{instrument.terms.kind}"),
        )

    def apply(self, execution: Execution) -> None:
        """Take the amount out of the account and the supply; pay a debt's face value."""
        instrument, account = execution.instrument(self.instrument), execution.account(self.account)
        terms = instrument.terms
        if not isinstance(terms, DebtTerms) or self.payer is None:
            post(execution, Movement(Purpose.WITHDRAWAL, instrument, account, None, self.amount))
        elif not execution.has_come(terms.maturity_date):
            raise Refused(
                RejectionCode.NOT_YET_MATURED,
                matures=terms.maturity_date,
                today=execution.business_date,
            )
        elif isinstance(terms, InflationLinkedBondTerms):
            raise Refused(RejectionCode.INDEX_UNKNOWN, index=terms.index)
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


def _redeemer(execution: Execution, instrument: Instrument) -> str:
    """Return who has to sign for the instrument: its agent if that signs, else its issuer."""
    agent = instrument.paying_agent
    return agent if agent is not None and execution.consents.signs(agent) else instrument.issuer
