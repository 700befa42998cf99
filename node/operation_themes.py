"""What operations are about: the order in which people look for them."""

from collections.abc import Mapping
from typing import Final

from amanat.ledger.operations import OPERATIONS, Operation

_NAMES: Final[Mapping[str, str]] = {
    "Participants and their keys": (
        "register-participant set-roles set-standing rotate-keys replace-keys block-keys"
    ),
    "Accounts and custody": "open-account attest move-account move-clients set-limits",
    "Instruments": (
        "register-instrument activate-instrument amend-terms set-instrument-status "
        "set-paying-agent add-document set-authorised-amount set-tranche set-ceilings set-rules"
    ),
    "Issue, transfer, redemption": "issue transfer transfer-batch deliver-versus-payment redeem",
    "Holds and pledges": (
        "open-hold post-hold void-hold pledge release-pledge substitute-pledge enforce-pledge"
    ),
    "Instructions": (
        "enter-instruction cancel-instruction cancel-settlement settle-instructions settle-due"
    ),
    "Legal orders": "register-order extend-order lift-order force-transfer",
    "Governance": "set-policy set-parameters change-authorities activate-version require-program",
    "Business days": "set-calendar close-day",
    "Proposals": "propose approve execute-proposal withdraw-proposal",
}


def _themes() -> dict[str, tuple[type[Operation], ...]]:
    themed = {name for names in _NAMES.values() for name in names.split()}
    by_theme = {
        theme: tuple(each for each in OPERATIONS if each.tag() in names.split())
        for theme, names in _NAMES.items()
    }
    rest = tuple(each for each in OPERATIONS if each.tag() not in themed)
    return by_theme | ({"Others": rest} if rest else {})


THEMES: Final = _themes()
"""The operations of each theme, in the order of the registry; what no theme names comes last."""
