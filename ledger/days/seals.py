"""What the close of a business day leaves in the state: see `sealed_totals`."""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Amount, Height, LedgerTime


class DaySeal(Structure, frozen=True):
    """A business day was closed: here, and no total of it can change any more."""

    number: Annotated[int, Meta(ge=1, le=2**53)]
    """Which business day it was, the first being 1."""
    next: Date
    """The business day that was open from then on."""
    height: Height
    time: LedgerTime


class SealedTotal(Structure, frozen=True):
    """A total as it stood when each of several business days was closed, one after the other.

    It stands under the date of the first of them, on which it came to this amount.
    """

    amount: Amount
    until: Date
    """The business day on which it changed again: the first at whose close it may be another."""
    before: Date | None
    """Under which date the sealed total before this one stands; None if it was 0 until then."""


class LastChange(Structure, frozen=True):
    """On which business day a total has last changed: it stood at this from its close on."""

    date: Date
    before: Date | None
    """As in `SealedTotal`."""
