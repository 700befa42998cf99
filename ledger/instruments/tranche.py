"""A tranche: a part of an instrument's authorised amount, issued within its own dates.

The first issue of a bond may be one, and every re-opening (tap) another.
"""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Amount, PositiveAmount

TrancheNumber = Annotated[int, Meta(ge=1, le=10_000)]
"""Counts an instrument's tranches from 1."""


class Tranche(Structure, frozen=True):
    """A part of an issue."""

    amount: PositiveAmount
    """How much of the instrument may be issued in it."""
    opens: Date
    """The first business date on which it is issued."""
    closes: Date
    """The last one."""
    issued: Amount


class TrancheTotals(Structure, frozen=True):
    """All tranches of an instrument together."""

    count: int
    amount: Amount
    issued: Amount
