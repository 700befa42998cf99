"""The policies and limits that a new network starts with unless its founders decide otherwise."""

from typing import Final

from amanat.ledger.dates import DAY_MS
from amanat.ledger.days.calendar import Calendar
from amanat.ledger.governance.participants import Role
from amanat.ledger.governance.policies import Approval, Parameters, Policy
from amanat.ledger.terms import KINDS

_BOTH: Final = (Role.CENTRAL_BANK, Role.ISSUER)

_POLICIES: Final[dict[str, tuple[Role, ...]]] = {
    "activate-version": _BOTH,
    "amend-terms": _BOTH,
    "block-keys": (Role.CENTRAL_BANK,),
    "change-authorities": _BOTH,
    "close-day": (Role.CENTRAL_BANK,),
    "enforce-pledge": (Role.CENTRAL_BANK,),
    "extend-order": (Role.CENTRAL_BANK,),
    "force-transfer": _BOTH,
    "lift-order": _BOTH,
    "move-clients": _BOTH,
    "register-order/account": (Role.CENTRAL_BANK,),
    "register-order/amount": (Role.CENTRAL_BANK,),
    "register-order/holding": (Role.CENTRAL_BANK,),
    "register-order/instrument": _BOTH,
    "register-participant": _BOTH,
    "register-participant/holder": (Role.CUSTODIAN,),
    "release-pledge": _BOTH,
    "replace-keys": _BOTH,
    "require-program": _BOTH,
    "set-authorised-amount": _BOTH,
    "set-calendar": _BOTH,
    "set-ceilings": _BOTH,
    "set-instrument-status/active": _BOTH,
    "set-instrument-status/cancelled": _BOTH,
    "set-instrument-status/default": _BOTH,
    "set-instrument-status/suspended": (Role.CENTRAL_BANK,),
    "set-limits": _BOTH,
    "set-parameters": _BOTH,
    "set-paying-agent": _BOTH,
    "set-policy": _BOTH,
    "set-roles": _BOTH,
    "set-rules": _BOTH,
    "set-standing": _BOTH,
    "set-tranche": _BOTH,
    "settle-due": (Role.CENTRAL_BANK,),
}

_KIND_ACTS: Final[dict[str, tuple[Role, ...]]] = {
    "activate-instrument": _BOTH,
    "issue": _BOTH,
    "redeem": _BOTH,
    "register-instrument": (Role.ISSUER,),
}
"""Acts on an instrument of any kind but cash, which is the central bank's alone."""

_NOTICE: Final[dict[str, int]] = {
    "activate-version": 3 * DAY_MS,
    "amend-terms": 14 * DAY_MS,
    "force-transfer": 2 * DAY_MS,
    "replace-keys": 3 * DAY_MS,
    "require-program": 3 * DAY_MS,
}
"""How long everybody has notice of an act, where any is given."""


def _approvals() -> dict[str, tuple[Role, ...]]:
    """Return whose approval each act takes."""
    of_kinds = {
        f"{act}/{kind}": (Role.CENTRAL_BANK,) if kind == "cash" else roles
        for act, roles in _KIND_ACTS.items()
        for kind in KINDS
    }
    return {**_POLICIES, **of_kinds}


def standard_policies() -> tuple[Policy, ...]:
    """Return who must approve what: dual control of MoF and SBP over debt and participants."""
    return tuple(
        Policy(
            act,
            tuple(Approval(role, 1) for role in roles),
            age_max_ms=7 * DAY_MS,
            delay_ms=_NOTICE.get(act, 0),
        )
        for act, roles in sorted(_approvals().items())
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

    Holidays in Pakistan go partly by the sighting of the moon; governance announces them. There is
    no cut-off until governance sets one, so that a network can be tried at any hour.
    """
    return Calendar(weekend=(5, 6), holidays=(), cut_offs=())
