"""The calendar of business days and cut-offs: governed data.

Holidays in Pakistan go partly by the sighting of the moon, so no program can know them.
"""

from bisect import bisect_left
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.dates import MINUTE_MS, Date, start_of
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import LedgerTime

EPOCH_WEEKDAY: Final = 3
"""1970-01-01 was a Thursday, where Monday is 0 (ISO 8601)."""


class Business(StrEnum):
    """What may be under a cut-off, each by itself."""

    ISSUE = "issue"
    FREE_OF_PAYMENT = "free-of-payment"
    AGAINST_PAYMENT = "against-payment"
    REDEMPTION = "redemption"


class CutOff(Structure, frozen=True):
    """From this minute of a business day on, this kind of business waits for the next."""

    business: Business
    minute: Annotated[int, Meta(ge=0, le=1_439)]
    """After midnight in Pakistan."""


class Calendar(Structure, frozen=True):
    """On which days nothing settles, and until when on the others."""

    weekend: Annotated[tuple[Annotated[int, Meta(ge=0, le=6)], ...], Meta(max_length=6)]
    """Days of the week, Monday being 0; sorted, each once."""
    holidays: Annotated[tuple[Date, ...], Meta(max_length=1_000)]
    """Sorted, each once."""
    cut_offs: Annotated[tuple[CutOff, ...], Meta(max_length=len(Business))]
    """Sorted by business, each once. What has none goes on until the day is closed."""

    def problems(self) -> list[str]:
        """Return what is wrong with the calendar; empty when nothing is."""
        found = []
        if list(self.weekend) != sorted(set(self.weekend)):
            found.append("weekend days must be sorted, each once")
        if list(self.holidays) != sorted(set(self.holidays)):
            found.append("holidays must be sorted, each once")
        names = [each.business for each in self.cut_offs]
        if names != sorted(set(names)):
            found.append("cut-offs must be sorted by business, each once")
        return found

    def is_business_day(self, date: Date) -> bool:
        """Return whether the date is neither on a weekend nor a holiday."""
        if (date + EPOCH_WEEKDAY) % 7 in self.weekend:
            return False
        place = bisect_left(self.holidays, date)
        return self.holidays[place : place + 1] != (date,)

    def on_or_after(self, date: Date) -> Date:
        """Return the first business day that is not before `date`."""
        while not self.is_business_day(date):
            date += 1
        return date

    def on_or_before(self, date: Date) -> Date:
        """Return the last business day that is not after `date`."""
        while not self.is_business_day(date):
            date -= 1
        return date

    def following(self, date: Date) -> Date:
        """Return the first business day after `date`."""
        return self.on_or_after(date + 1)

    def preceding(self, date: Date) -> Date:
        """Return the last business day before `date`."""
        return self.on_or_before(date - 1)

    def add(self, date: Date, days: int) -> Date:
        """Return the business day that is `days` business days after `date`; before, if negative.

        With 0 it is `date` itself, or the first business day after it. Whoever takes `days` from a
        transaction bounds it first: each costs a step.
        """
        date = self.on_or_after(date)
        for _ in range(days):
            date = self.following(date)
        for _ in range(-days):
            date = self.preceding(date)
        return date

    def cut_off(self, business: Business, date: Date) -> LedgerTime | None:
        """Return the ledger time of the cut-off of `business` on the day `date`, or None."""
        for each in self.cut_offs:
            if each.business is business:
                return start_of(date) + each.minute * MINUTE_MS
        return None
