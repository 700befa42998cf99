"""Statutory ceilings on what the state may owe: governed data, which cites its law."""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Amount

Citation = Annotated[str, Meta(min_length=1, max_length=256)]
"""A law by its public name, with the section."""


class Ceiling(Structure, frozen=True):
    """How much may be owed in a period."""

    first: Date
    """The first calendar date on which it holds."""
    last: Date
    """The last one."""
    amount: Amount
    """Of face value outstanding, all debt together, in the smallest unit of the cash."""
    law: Citation


class Ceilings(Structure, frozen=True):
    """The ceilings on debt that is paid in one cash instrument."""

    periods: Annotated[tuple[Ceiling, ...], Meta(max_length=64)]
    """Sorted; no two overlap."""

    def problems(self) -> list[str]:
        """Return what is wrong with the list; empty when nothing is."""
        found = [
            f"the period that begins on {each.first} ends before, on {each.last}"
            for each in self.periods
            if each.last < each.first
        ]
        for before, after in zip(self.periods, self.periods[1:], strict=False):
            if after.first <= before.last:
                found.append(
                    f"the period that begins on {after.first} must come after the one that ends on "
                    f"{before.last}"
                )
        return found

    def on(self, date: Date) -> Ceiling | None:
        """Return the ceiling that holds on a date; None if none does."""
        for each in self.periods:
            if each.first <= date <= each.last:
                return each
        return None


class Borrowing(Structure, frozen=True):
    """All debt that is paid in one cash instrument."""

    outstanding: Amount
    """Its face value, issued and not redeemed."""
    ceiling: Amount | None
    """The ceiling that held when it grew last, which it cannot have passed; None if there was
    none."""
