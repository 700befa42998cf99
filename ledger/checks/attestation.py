"""Nothing comes into an account whose holder its custodian has not established lately."""

from collections.abc import Iterator

from amanat.ledger.checks.check import Check
from amanat.ledger.holdings.movements import Movement
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode


def _refusals(execution: Execution, movement: Movement) -> Iterator[Refused]:
    target = movement.target
    if target is None or not movement.is_voluntary:
        return
    expires = target.attestation.expires
    if expires is not None and execution.today > expires:
        yield Refused(
            RejectionCode.ATTESTATION_EXPIRED,
            account=target.name,
            expired=expires,
            today=execution.today,
        )


ATTESTATION = Check(
    "the attestation of the target's holder has not expired, where the movement is voluntary",
    (RejectionCode.ATTESTATION_EXPIRED,),
    _refusals,
)
