"""Nothing moves that the instrument's status does not allow."""

from collections.abc import Iterator
from typing import Final

from amanat.ledger.checks.check import Check
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode

_NOTHING_THERE: Final = (
    InstrumentStatus.ANNOUNCED,
    InstrumentStatus.REDEEMED,
    InstrumentStatus.CANCELLED,
)
"""Of an instrument with this status nothing exists, and nothing may come into being."""


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    instrument, purpose = movement.instrument, movement.purpose
    status = instrument.status
    if status is not InstrumentStatus.ACTIVE and (
        status in _NOTHING_THERE
        or (status is InstrumentStatus.SUSPENDED and movement.is_voluntary)
        or (status is InstrumentStatus.DEFAULT and purpose is Purpose.ISSUE)
    ):
        yield Refused(RejectionCode.WRONG_STATUS, instrument=instrument.id, status=status.value)
    if purpose is Purpose.ISSUE:
        matures, today = instrument.terms.matures, execution.business_date
        if matures is not None and today >= matures:
            yield Refused(RejectionCode.ALREADY_MATURED, matures=matures, today=today)


LIFE_CYCLE = Check(
    "the instrument is active; suspended, nothing voluntary moves; in default or matured, nothing "
    "is issued",
    (RejectionCode.WRONG_STATUS, RejectionCode.ALREADY_MATURED),
    _refusals,
)
