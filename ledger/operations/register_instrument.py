"""Register an instrument with its terms."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.governance.participants import Title
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.instruments import life_cycle
from amanat.ledger.instruments.instrument import Instrument, InstrumentStatus
from amanat.ledger.instruments.terms_in_words import in_words
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.operations.registering import TERMS_CODES, check_authorised, check_terms
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import INSTRUMENTS, State
from amanat.ledger.terms import KINDS, Terms
from amanat.ledger.wording import amount_under


class RegisterInstrument(Operation, frozen=True, tag="register-instrument"):
    """Announces an instrument. Nothing of it is issued until it is activated.

    Until then its issuer may still change its terms. It goes by its ISIN, where it has one.
    """

    signers = "the issuer, and whom the policy `register-instrument/<kind>` asks"
    acts = tuple(f"register-instrument/{kind}" for kind in KINDS)
    refusals = (
        RejectionCode.UNKNOWN_PARTICIPANT,
        RejectionCode.ALREADY_EXISTS,
        *TERMS_CODES,
    )
    emits = ("instrument-registered",)

    id: InstrumentId
    issuer: Name
    title: Title
    terms: Terms
    authorised: PositiveAmount | None = None
    """How much may be issued in all; null for cash alone."""

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
        check_terms(execution, self.id, self.terms)
        check_authorised(self.terms, self.authorised)
        instrument = Instrument(
            self.id,
            self.issuer,
            self.title,
            self.terms,
            InstrumentStatus.ANNOUNCED,
            self.authorised,
            None,
        )
        life_cycle.put(execution, instrument)
        execution.emit(
            "instrument-registered",
            instrument=self.id,
            issuer=self.issuer,
            kind=self.terms.kind,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        kind = self.terms.kind.replace("-", " ")
        most = "without limit"
        if self.authorised is not None:
            most = f"at most {amount_under(state, self.terms, self.authorised)}"
        return (
            f"announce the {kind} {self.id} ({self.title}), issued by {self.issuer}: "
            f"{in_words(self.terms, state)}; authorised {most}"
        )
