"""Register an instrument with its terms."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.identifiers import InstrumentId, Name
from amanat.ledger.instruments import (
    KINDS,
    CashTerms,
    Instrument,
    InstrumentStatus,
    Terms,
    TreasuryBillTerms,
    is_valid_isin,
)
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.participants import Title
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import INSTRUMENTS, State


class RegisterInstrument(Operation, frozen=True, tag="register-instrument"):
    """Registers an instrument. Nothing of it exists until it is issued; its terms are final."""

    signers = "the issuer, and whom the policy `register-instrument/<kind>` asks"
    acts = tuple(f"register-instrument/{kind}" for kind in KINDS)
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.ALREADY_EXISTS,
        RejectionCode.INVALID_TERMS,
        RejectionCode.INVALID_ISIN,
        RejectionCode.UNKNOWN_INSTRUMENT,
        RejectionCode.NOT_CASH,
    )

    emits = ("instrument-registered",)

    id: InstrumentId
    issuer: Name
    title: Title
    terms: Terms

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer, and the policy for this kind of instrument."""
        issuer = execution.participant(self.issuer)
        return (
            SignatureOf(issuer.name),
            ApprovalOf(f"register-instrument/{self.terms.kind}"),
        )

    def apply(self, execution: Execution) -> None:
        """Check the terms and add the instrument."""
        if execution.state.get(INSTRUMENTS, self.id) is not None:
            raise Refused(RejectionCode.ALREADY_EXISTS, instrument=self.id)
        if isinstance(self.terms, TreasuryBillTerms):
            self._check_bill(execution, self.terms)
        instrument = Instrument(
            self.id, self.issuer, self.title, self.terms, InstrumentStatus.ACTIVE
        )
        execution.state.put(instrument, INSTRUMENTS, self.id)
        execution.emit(
            "instrument-registered",
            instrument=self.id,
            issuer=self.issuer,
            kind=self.terms.kind,
        )

    def _check_bill(self, execution: Execution, terms: TreasuryBillTerms) -> None:
        if not is_valid_isin(terms.isin):
            raise Refused(RejectionCode.INVALID_ISIN, isin=terms.isin)
        if terms.isin != self.id:
            raise Refused(RejectionCode.INVALID_TERMS, instrument=self.id, isin=terms.isin)
        if terms.maturity_date <= terms.issue_date:
            raise Refused(
                RejectionCode.INVALID_TERMS,
                issue_date=terms.issue_date,
                maturity_date=terms.maturity_date,
            )
        if not isinstance(execution.instrument(terms.cash).terms, CashTerms):
            raise Refused(RejectionCode.NOT_CASH, instrument=terms.cash)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        kind = self.terms.kind.replace("-", " ")
        return f"register the {kind} {self.id} ({self.title}), issued by {self.issuer}"
