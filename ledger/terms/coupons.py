"""Coupons (for sukuk: rentals): when they fall due, at what rate, and how they are counted."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from amanat.ledger.dates import Date, civil
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Name
from amanat.ledger.terms.conventions import DayCount, PaymentCalendar, Roll, Rounding
from amanat.ledger.terms.debt import DebtTerms
from amanat.ledger.terms.scales import Margin, Rate
from amanat.ledger.terms.template import Problem

BusinessDays = Annotated[int, Meta(ge=0, le=30, title="business days")]
"""A number of business days."""


class CouponSchedule(Structure, frozen=True):
    """When coupons fall due and how they are counted.

    Coupon dates go back from maturity in steps of a period, on the day of the month of maturity, or
    the last one of a shorter month. The period before the first coupon begins with the issue, and
    may be shorter or longer than the others.
    """

    first_coupon_date: Date
    per_year: Literal[1, 2, 4, 12]
    day_count: DayCount
    roll: Roll
    calendar: PaymentCalendar
    record_offset: BusinessDays
    """Who holds at the close of so many business days before the coupon date is paid."""
    rounding: Rounding
    """How each holder's amount becomes a whole number of the smallest unit of cash."""

    def problems(self, debt: DebtTerms) -> Iterator[Problem]:
        """Yield what does not go together with the dates of the debt."""
        first, last = self.first_coupon_date, debt.maturity_date
        if not debt.issue_date < first <= last:
            need = f"after the issue date {debt.issue_date} and not after maturity {last}"
            yield Problem("coupons.first_coupon_date", first, need)
        elif not self._is_whole_periods(first, last):
            need = f"a whole number of periods of {12 // self.per_year} months before {last}"
            yield Problem("coupons.first_coupon_date", first, need)

    def _is_whole_periods(self, first: Date, last: Date) -> bool:
        year, month, day = civil(first)
        last_year, last_month, last_day = civil(last)
        months = 12 * (last_year - year) + last_month - month
        is_month_end = civil(first + 1)[2] == 1
        on_its_day = day == last_day or (day < last_day and is_month_end)
        return months % (12 // self.per_year) == 0 and on_its_day


class FixedRate(Structure, frozen=True, tag="fixed"):
    """The same rate in every period."""

    rate: Rate


class FloatingRate(Structure, frozen=True, tag="floating"):
    """A benchmark, fixed anew for each period, and a margin."""

    benchmark: Name
    """The series whose values are published, such as `mtb-6-month-average-yield`."""
    margin: Margin
    fixing_offset: BusinessDays
    """The latest value published so many business days before a period begins holds for it."""
    least: Rate
    """The rate is never below this."""


class CouponDebtTerms(DebtTerms, frozen=True):
    """A debt that pays coupons."""

    coupons: CouponSchedule

    def problems(self) -> Iterator[Problem]:
        """The schedule goes together with the dates."""
        yield from super().problems()
        yield from self.coupons.problems(self)
