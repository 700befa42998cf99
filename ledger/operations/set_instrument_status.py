"""Set an instrument's status: suspended, in default, active again, or cancelled."""

from collections.abc import Iterable
from typing import Final

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.identifiers import InstrumentId
from amanat.ledger.instruments import life_cycle
from amanat.ledger.instruments.instrument import InstrumentStatus, changed
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State

FROM: Final = {
    InstrumentStatus.SUSPENDED: (InstrumentStatus.ACTIVE, InstrumentStatus.DEFAULT),
    InstrumentStatus.DEFAULT: (InstrumentStatus.ACTIVE, InstrumentStatus.SUSPENDED),
    InstrumentStatus.ACTIVE: (InstrumentStatus.SUSPENDED, InstrumentStatus.DEFAULT),
    InstrumentStatus.CANCELLED: (InstrumentStatus.ANNOUNCED,),
}
"""From which statuses each status that is decided can be reached."""

_MEANING: Final = {
    InstrumentStatus.SUSPENDED: "suspend {}: nothing of it moves but by an order or redemption",
    InstrumentStatus.DEFAULT: "declare {} in default: no more of it is issued",
    InstrumentStatus.ACTIVE: "let {} be active again",
    InstrumentStatus.CANCELLED: "cancel {}, which will never be issued",
}


class SetInstrumentStatus(Operation, frozen=True, tag="set-instrument-status"):
    """Suspends an instrument, declares it in default, lets it be active again, or cancels it.

    Only one that is announced can be cancelled. Activation is an operation of its own; that an
    instrument has matured or is redeemed follows from its date and its supply.
    """

    signers = "whom the policy `set-instrument-status/<status>` asks"
    acts = tuple(f"set-instrument-status/{status.value}" for status in FROM)
    refusals = (RejectionCode.UNKNOWN_INSTRUMENT, RejectionCode.WRONG_STATUS)
    emits = ("instrument-status-set",)

    instrument: InstrumentId
    status: InstrumentStatus

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy of this status."""
        del execution
        return (ApprovalOf(f"set-instrument-status/{self.status.value}"),)

    def apply(self, execution: Execution) -> None:
        """Change its status."""
        instrument = execution.instrument(self.instrument)
        life_cycle.check_status(instrument, *FROM.get(self.status, ()))
        life_cycle.put(execution, changed(instrument, status=self.status))
        execution.emit(
            "instrument-status-set",
            instrument=self.instrument,
            before=instrument.status.value,
            after=self.status.value,
        )

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        del state
        meaning = _MEANING.get(self.status, f"let {{}} be {self.status.value}")
        return meaning.format(self.instrument)
