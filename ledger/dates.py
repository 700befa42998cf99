"""Dates in Pakistan, and the day that the ledger works on.

A calendar date follows from ledger time. The *business date* does not: it is what a depository
calls today, and moves only when the day is closed. Value dates and maturities go by the business
date; what the law lets lapse (orders, attestations, lock-ups) goes by the calendar.
"""

from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import LedgerTime

MINUTE_MS: Final = 60 * 1000
DAY_MS: Final = 24 * 60 * 60 * 1000
PAKISTAN_UTC_OFFSET_MS: Final = 5 * 60 * 60 * 1000
"""Asia/Karachi is UTC+5 without daylight saving; dates on the ledger are dates there."""

Date = Annotated[int, Meta(ge=0, le=200_000, title="date")]
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


def of_civil(year: int, month: int, day: int) -> Date:
    """Return the date of year, month and day in the Gregorian calendar; the inverse of `civil`."""
    era, year_of_era = divmod(year - (month <= 2), 400)
    month_from_march = (month + 9) % 12
    day_of_year = (153 * month_from_march + 2) // 5 + day - 1
    day_of_era = 365 * year_of_era + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def months_before(date: Date, months: int) -> Date:
    """Return the same day so many months before, or the last one of a shorter month."""
    year, month, day = civil(date)
    years, from_january = divmod(12 * year + month - 1 - months, 12)
    following = divmod(12 * years + from_january + 1, 12)
    last = civil(of_civil(following[0], following[1] + 1, 1) - 1)[2]
    return of_civil(years, from_january + 1, min(day, last))


def civil(date: Date) -> tuple[int, int, int]:
    """Return year, month and day of a date in the Gregorian calendar.

    Counts in eras of 400 years that begin on 1 March, so that the leap day is each year's last.
    """
    era, day_of_era = divmod(date + 719_468, 146_097)
    leaps = day_of_era // 1_460 - day_of_era // 36_524 + day_of_era // 146_096
    year_of_era = (day_of_era - leaps) // 365
    before = 365 * year_of_era + year_of_era // 4 - year_of_era // 100
    day_of_year = day_of_era - before
    month_from_march = (5 * day_of_year + 2) // 153
    day_of_month = day_of_year - (153 * month_from_march + 2) // 5 + 1
    month = month_from_march + 3 if month_from_march < 10 else month_from_march - 9
    return 400 * era + year_of_era + (month <= 2), month, day_of_month
