"""Activate an instrument: from announced to active."""

from collections.abc import Iterable

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.identifiers import InstrumentId
from amanat.ledger.instruments import life_cycle
from amanat.ledger.instruments.instrument import InstrumentStatus, changed
from amanat.ledger.instruments.terms_in_words import in_words
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS, State
from amanat.ledger.terms import KINDS


class ActivateInstrument(Operation, frozen=True, tag="activate-instrument"):
    """Lets an announced instrument be issued. From now on its terms hold.

    They can then be changed only as the policy `amend-terms` says.
    """

    signers = "the instrument's issuer, and whom the policy `activate-instrument/<kind>` asks"
    acts = tuple(f"activate-instrument/{kind}" for kind in KINDS)
    refusals = (RejectionCode.UNKNOWN_INSTRUMENT, RejectionCode.WRONG_STATUS)
    emits = ("instrument-activated",)

    instrument: InstrumentId

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer, and the policy for this kind of instrument."""
        instrument = execution.instrument(self.instrument)
        return (
            SignatureOf(instrument.issuer),
            ApprovalOf(f"activate-instrument/{instrument.terms.kind}"),
        )

    def apply(self, execution: Execution) -> None:
        """Change its status."""
        instrument = execution.instrument(self.instrument)
        life_cycle.check_status(instrument, InstrumentStatus.ANNOUNCED)
        life_cycle.put(execution, changed(instrument, status=InstrumentStatus.ACTIVE))
        execution.emit("instrument-activated", instrument=self.instrument)

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        found = state.get(INSTRUMENTS, self.instrument)
        if found is None:
            return f"let {self.instrument} be issued, which is not announced yet"
        return f"let {self.instrument} be issued, on these terms: {in_words(found.terms, state)}"
