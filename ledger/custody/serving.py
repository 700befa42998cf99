"""Which roles let a participant serve accounts."""

from typing import Final

from amanat.ledger.custody.accounts import AccountKind
from amanat.ledger.governance.participants import Participant, Role

CLIENT_ROLES: Final = frozenset({Role.CUSTODIAN, Role.DISTRIBUTOR})
"""Who may serve clients. A distributor is a custodian under limits of its own."""

HOUSE_ROLES: Final = CLIENT_ROLES | {Role.ISSUER, Role.CENTRAL_BANK}
"""Who may serve an account of its own."""


def may_serve(participant: Participant, kind: AccountKind) -> bool:
    """Return whether the roles of a participant let it serve accounts of this kind."""
    roles = CLIENT_ROLES if kind is AccountKind.CLIENT else HOUSE_ROLES
    return not roles.isdisjoint(participant.roles)
