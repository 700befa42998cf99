"""Instruments come in whole units."""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    del execution
    denomination = movement.instrument.terms.denomination
    if movement.amount % denomination:
        yield Refused(
            RejectionCode.NOT_A_MULTIPLE, amount=movement.amount, denomination=denomination
        )


DENOMINATION = Check(
    "the amount is a multiple of the instrument's denomination",
    (RejectionCode.NOT_A_MULTIPLE,),
    _refusals,
)
