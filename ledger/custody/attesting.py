"""What a custodian's attestation of a holder may say."""

from amanat.ledger.custody.accounts import AccountKind, Attestation
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode


def check_attestation(execution: Execution, kind: AccountKind, attestation: Attestation) -> None:
    """Refuse an attestation that has expired, or that never would for a client.

    Raises:
        Refused: `invalid_attestation`.
    """
    if attestation.expires is None:
        if kind is not AccountKind.HOUSE:
            raise Refused(RejectionCode.INVALID_ATTESTATION, need="an expiry, for a client")
    elif attestation.expires < execution.today:
        raise Refused(
            RejectionCode.INVALID_ATTESTATION,
            expires=attestation.expires,
            today=execution.today,
        )
