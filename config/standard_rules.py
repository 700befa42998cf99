"""The policies and limits that a new network starts with unless its founders decide otherwise."""

from typing import Final

from amanat.ledger.calendar import Calendar
from amanat.ledger.dates import DAY_MS
from amanat.ledger.participants import Role
from amanat.ledger.policies import Approval, Parameters, Policy

_POLICIES: Final[dict[str, tuple[Role, ...]]] = {
    "block-keys": (Role.CENTRAL_BANK,),
    "change-authorities": (Role.CENTRAL_BANK, Role.ISSUER),
    "close-day": (Role.CENTRAL_BANK,),
    "extend-order": (Role.CENTRAL_BANK,),
    "force-transfer": (Role.CENTRAL_BANK, Role.ISSUER),
    "issue/cash": (Role.CENTRAL_BANK,),
    "issue/treasury-bill": (Role.CENTRAL_BANK, Role.ISSUER),
    "lift-order": (Role.CENTRAL_BANK, Role.ISSUER),
    "replace-keys": (Role.CENTRAL_BANK, Role.ISSUER),
    "redeem/cash": (Role.CENTRAL_BANK,),
    "redeem/treasury-bill": (Role.CENTRAL_BANK, Role.ISSUER),
    "register-instrument/cash": (Role.CENTRAL_BANK,),
    "register-instrument/treasury-bill": (Role.ISSUER,),
    "register-order/account": (Role.CENTRAL_BANK,),
    "register-order/amount": (Role.CENTRAL_BANK,),
    "register-order/holding": (Role.CENTRAL_BANK,),
    "register-order/instrument": (Role.CENTRAL_BANK, Role.ISSUER),
    "register-participant": (Role.CENTRAL_BANK, Role.ISSUER),
    "register-participant/holder": (Role.CUSTODIAN,),
    "set-calendar": (Role.CENTRAL_BANK, Role.ISSUER),
    "set-parameters": (Role.CENTRAL_BANK, Role.ISSUER),
    "set-policy": (Role.CENTRAL_BANK, Role.ISSUER),
    "set-roles": (Role.CENTRAL_BANK, Role.ISSUER),
    "set-standing": (Role.CENTRAL_BANK, Role.ISSUER),
}

_NOTICE: Final[dict[str, int]] = {"force-transfer": 2 * DAY_MS, "replace-keys": 3 * DAY_MS}
"""How long everybody has notice of an act, where any is given."""


def standard_policies() -> tuple[Policy, ...]:
    """Return who must approve what: dual control of MoF and SBP over debt and participants."""
    return tuple(
        Policy(
            act,
            tuple(Approval(role, 1) for role in roles),
            age_max_ms=7 * DAY_MS,
            delay_ms=_NOTICE.get(act, 0),
        )
        for act, roles in sorted(_POLICIES.items())
    )


def standard_parameters() -> Parameters:
    """Return the limits of a new network."""
    return Parameters(
        validity_max_ms=7 * DAY_MS,
        clock_ahead_max_ms=10_000,
        transaction_bytes_max=1024 * 1024,
        operations_max=10_000,
        block_transactions_max=1_000,
        block_bytes_max=1024 * 1024,
        rejections_per_hour_max=10_000,
        proposal_max_ms=90 * DAY_MS,
    )


def standard_calendar() -> Calendar:
    """Return the calendar of a new network: Saturday and Sunday are free, and no holiday is known.

    Holidays in Pakistan go partly by the sighting of the moon; governance announces them.
    """
    return Calendar(weekend=(5, 6), holidays=())
