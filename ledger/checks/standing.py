"""Whoever owns or serves the accounts of a movement may act."""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.participants import Standing
from amanat.ledger.rejections import Refused, RejectionCode


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    if not movement.is_voluntary:
        return
    names: dict[str, None] = {}
    for account in (movement.source, movement.target):
        if account is not None:
            names |= {account.owner: None, account.custodian: None}
    for name in names:
        if execution.participant(name).standing is Standing.SUSPENDED:
            yield Refused(RejectionCode.SUSPENDED, participant=name)


STANDING = Check(
    "no owner or custodian of either account is suspended, where the movement is voluntary",
    (RejectionCode.SUSPENDED,),
    _refusals,
)
