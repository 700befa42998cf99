"""A movement has two different ends."""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    del execution
    if movement.source is not None and movement.source == movement.target:
        yield Refused(RejectionCode.SAME_ACCOUNT, account=movement.source.name)


PARTIES = Check("nothing moves from an account to itself", (RejectionCode.SAME_ACCOUNT,), _refusals)
