"""The calendar of business days: governed data, for holidays go by the sighting of the moon."""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure

EPOCH_WEEKDAY = 3
"""1970-01-01 was a Thursday, where Monday is 0 (ISO 8601)."""


class Calendar(Structure, frozen=True):
    """On which days nothing settles."""

    weekend: Annotated[tuple[Annotated[int, Meta(ge=0, le=6)], ...], Meta(max_length=6)]
    """Days of the week, Monday being 0; sorted, each once."""
    holidays: Annotated[tuple[Date, ...], Meta(max_length=1_000)]
    """Sorted, each once."""

    def problems(self) -> list[str]:
        """Return what is wrong with the calendar; empty when nothing is."""
        found = []
        if list(self.weekend) != sorted(set(self.weekend)):
            found.append("weekend days must be sorted, each once")
        if list(self.holidays) != sorted(set(self.holidays)):
            found.append("holidays must be sorted, each once")
        return found

    def is_business_day(self, date: Date) -> bool:
        """Return whether the date is neither on a weekend nor a holiday."""
        return (date + EPOCH_WEEKDAY) % 7 not in self.weekend and date not in self.holidays

    def on_or_after(self, date: Date) -> Date:
        """Return the first business day that is not before `date`."""
        while not self.is_business_day(date):
            date += 1
        return date
