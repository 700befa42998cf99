"""Dates in Pakistan, and the day that the ledger works on.

A calendar date follows from ledger time. The *business date* does not: it is what a depository
calls today, and moves only when the day is closed. Value dates and maturities go by the business
date; what the law lets lapse (orders, attestations, lock-ups) goes by the calendar.
"""

from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import LedgerTime

DAY_MS: Final = 24 * 60 * 60 * 1000
PAKISTAN_UTC_OFFSET_MS: Final = 5 * 60 * 60 * 1000
"""Asia/Karachi is UTC+5 without daylight saving; dates on the ledger are dates there."""

Date = Annotated[int, Meta(ge=0, le=200_000)]
"""A calendar date in Pakistan, as days since 1970-01-01."""


class BusinessDay(Structure, frozen=True):
    """The day that the ledger works on."""

    date: Date
    number: Annotated[int, Meta(ge=1, le=2**53)]
    """Counts the business days since genesis, whose day is 1."""


def date_of(time: LedgerTime) -> Date:
    """Return the calendar date in Pakistan at `time`."""
    return (time + PAKISTAN_UTC_OFFSET_MS) // DAY_MS


def start_of(date: Date) -> LedgerTime:
    """Return the ledger time at which `date` begins in Pakistan."""
    return date * DAY_MS - PAKISTAN_UTC_OFFSET_MS
