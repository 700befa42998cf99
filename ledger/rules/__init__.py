"""Every rule that an instrument may have, one file each. This list is the registry.

To add one: write its file, add it to `RULE_TYPES` and to `AnyRule`, write its tests.
"""

from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.rules.allowed_jurisdictions import AllowedJurisdictions
from amanat.ledger.rules.blackout import Blackout, Window
from amanat.ledger.rules.custodian_cap import CustodianCap
from amanat.ledger.rules.denied_jurisdictions import DeniedJurisdictions
from amanat.ledger.rules.holder_cap import HolderCap
from amanat.ledger.rules.holder_count import HolderCount
from amanat.ledger.rules.holder_share import HolderShare
from amanat.ledger.rules.investor_classes import InvestorClasses
from amanat.ledger.rules.jurisdiction_cap import JurisdictionCap
from amanat.ledger.rules.lock_up import LockUp
from amanat.ledger.rules.minimum_holding import MinimumHolding
from amanat.ledger.rules.rule import Rule
from amanat.ledger.rules.share_abroad import ShareAbroad
from amanat.ledger.rules.travel_data import TravelData
from amanat.ledger.rules.velocity import Period, Velocity
from amanat.ledger.state import State, Table

__all__ = [
    "RULES",
    "RULE_TYPES",
    "AllowedJurisdictions",
    "AnyRule",
    "Blackout",
    "CustodianCap",
    "DeniedJurisdictions",
    "HolderCap",
    "HolderCount",
    "HolderShare",
    "InvestorClasses",
    "JurisdictionCap",
    "LockUp",
    "MinimumHolding",
    "Period",
    "Rule",
    "RuleBook",
    "ShareAbroad",
    "TravelData",
    "Velocity",
    "Window",
    "rules_of",
]

AnyRule = (
    AllowedJurisdictions
    | DeniedJurisdictions
    | InvestorClasses
    | MinimumHolding
    | LockUp
    | Blackout
    | HolderCap
    | HolderShare
    | JurisdictionCap
    | CustodianCap
    | ShareAbroad
    | HolderCount
    | Velocity
    | TravelData
)
"""Any rule, for the strict decoder."""

RULE_TYPES: Final[tuple[type[Rule], ...]] = (
    AllowedJurisdictions,
    DeniedJurisdictions,
    InvestorClasses,
    MinimumHolding,
    LockUp,
    Blackout,
    HolderCap,
    HolderShare,
    JurisdictionCap,
    CustodianCap,
    ShareAbroad,
    HolderCount,
    Velocity,
    TravelData,
)

Rules = Annotated[tuple[AnyRule, ...], Meta(max_length=64)]
"""Sorted by kind and subject, one of each."""


class RuleBook(Structure, frozen=True):
    """The rules of one instrument."""

    rules: Rules


RULES: Final = Table("rules", RuleBook)
"""By instrument; none for one without rules."""


def rules_of(state: State, instrument: str) -> tuple[AnyRule, ...]:
    """Return the rules of an instrument."""
    book = state.get(RULES, instrument)
    return () if book is None else book.rules
