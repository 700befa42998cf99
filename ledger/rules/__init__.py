"""Every rule that an instrument may have, one file each. This list is the registry.

To add one: write its file, add it to `RULE_TYPES` and to `AnyRule`, write its tests.
"""

from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.rules.investor_classes import InvestorClasses
from amanat.ledger.rules.rule import Rule
from amanat.ledger.rules.travel_data import TravelData
from amanat.ledger.state import State, Table

__all__ = [
    "RULES",
    "RULE_TYPES",
    "AnyRule",
    "InvestorClasses",
    "Rule",
    "RuleBook",
    "TravelData",
    "rules_of",
]

AnyRule = InvestorClasses | TravelData
"""Any rule, for the strict decoder."""

RULE_TYPES: Final[tuple[type[Rule], ...]] = (InvestorClasses, TravelData)


class RuleBook(Structure, frozen=True):
    """The rules of one instrument."""

    rules: Annotated[tuple[AnyRule, ...], Meta(max_length=64)]


RULES: Final = Table("rules", RuleBook)
"""By instrument; none for one without rules."""


def rules_of(state: State, instrument: str) -> tuple[AnyRule, ...]:
    """Return the rules of an instrument."""
    book = state.get(RULES, instrument)
    return () if book is None else book.rules
