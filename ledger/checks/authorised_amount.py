"""No more is issued of an instrument than was authorised."""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.instruments.supplies import supply
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    instrument = movement.instrument
    may_be = instrument.authorised
    if movement.purpose is not Purpose.ISSUE or may_be is None:
        return
    would_be = supply(execution.state, instrument.id).issued + movement.amount
    if would_be > may_be:
        yield Refused(
            RejectionCode.AUTHORISED_EXCEEDED,
            instrument=instrument.id,
            would_be=would_be,
            may_be=may_be,
        )


AUTHORISED_AMOUNT = Check(
    "what is issued in all stays within the instrument's authorised amount",
    (RejectionCode.AUTHORISED_EXCEEDED,),
    _refusals,
)
