"""Whoever owns or serves the accounts of a movement may act.

What was promised while its owner might act is not withheld because he may no longer: a hold is
posted and a pledge enforced though its owner or his custodian is suspended. Who receives must be
able to act even so.
"""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.governance.participants import Standing
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    if not movement.is_voluntary:
        return
    names: dict[str, None] = {}
    is_promised = movement.purpose is Purpose.ENFORCEMENT
    for account in (None if is_promised else movement.source, movement.target):
        if account is not None:
            names |= {account.owner: None, account.custodian: None}
    for name in names:
        if execution.participant(name).standing is Standing.SUSPENDED:
            yield Refused(RejectionCode.SUSPENDED, participant=name)


STANDING = Check(
    "no owner or custodian of either account is suspended, where the movement is voluntary; for "
    "what was held or pledged before, of the account that receives",
    (RejectionCode.SUSPENDED,),
    _refusals,
)
