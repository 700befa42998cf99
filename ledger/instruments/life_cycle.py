"""The life of an instrument: announced, active, matured, redeemed; and what may come between."""

from typing import Final

from amanat.ledger.instruments.instrument import Instrument, InstrumentStatus, changed
from amanat.ledger.instruments.supplies import supply
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import INSTRUMENTS

OPEN: Final = (
    InstrumentStatus.ANNOUNCED,
    InstrumentStatus.ACTIVE,
    InstrumentStatus.SUSPENDED,
    InstrumentStatus.DEFAULT,
)
"""The statuses of an instrument that is not over."""


def put(execution: Execution, instrument: Instrument) -> None:
    """Put an instrument, new or changed, on the register."""
    execution.state.put(instrument, INSTRUMENTS, instrument.id)


def check_status(instrument: Instrument, *allowed: InstrumentStatus) -> None:
    """Refuse unless the instrument's status is one of those `allowed`.

    Raises:
        Refused: `wrong_status`.
    """
    if instrument.status not in allowed:
        raise Refused(
            RejectionCode.WRONG_STATUS,
            instrument=instrument.id,
            status=instrument.status.value,
            need=" or ".join(status.value for status in allowed),
        )


def end_if_redeemed(execution: Execution, instrument: Instrument) -> None:
    """Close an instrument of which nothing is left and no more can come.

    No more can come after its maturity, or when all that was authorised has been issued.
    """
    there = supply(execution.state, instrument.id)
    if there.issued > there.redeemed:
        return
    matures = instrument.terms.matures
    is_due = matures is not None and execution.business_date >= matures
    if is_due or there.issued == instrument.authorised:
        now = execution.instrument(instrument.id)
        put(execution, changed(now, status=InstrumentStatus.REDEEMED))
        execution.emit("instrument-redeemed", instrument=instrument.id)
