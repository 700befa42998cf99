"""What a debt pays to whoever holds it, and when: coupons (for sukuk: rentals), and redemption."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from math import ceil, floor

from amanat.ledger.dates import Date, civil, months_before
from amanat.ledger.days.calendar import Calendar
from amanat.ledger.identifiers import Amount
from amanat.ledger.payments.day_counts import year_part
from amanat.ledger.terms.callable_bond import CallableBondTerms
from amanat.ledger.terms.conventions import Roll, Rounding
from amanat.ledger.terms.coupons import CouponDebtTerms, CouponSchedule, FixedRate
from amanat.ledger.terms.debt import DebtTerms
from amanat.ledger.terms.fixed_rate_bond import FixedRateBondTerms
from amanat.ledger.terms.ijara_sukuk import IjaraSukukTerms
from amanat.ledger.terms.inflation_linked_bond import InflationLinkedBondTerms
from amanat.ledger.terms.scales import RATE_SCALE, Rate


class PaymentKind(StrEnum):
    """What is paid."""

    COUPON = "coupon"
    REDEMPTION = "redemption"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment by the terms of a debt."""

    kind: PaymentKind
    record_date: Date
    """Who holds at the close of this business day is paid."""
    due_date: Date
    """As the terms name it, a business day or not."""
    payment_date: Date
    """The business day on which it is made."""
    rate: Rate | None
    """A year, of a coupon; None for a redemption, or where only a benchmark will say."""
    part: Fraction | None
    """Of the face value; None where it is not known before a benchmark or an index is."""
    rounding: Rounding

    def amount(self, face: Amount) -> Amount | None:
        """Return what is paid on so much face value, before tax, in the smallest unit of cash."""
        return None if self.part is None else rounded(face * self.part, self.rounding)


def rounded(value: Fraction, how: Rounding) -> int:
    """Return a whole number instead of a value that is not negative."""
    match how:
        case Rounding.DOWN:
            return floor(value)
        case Rounding.UP:
            return ceil(value)
        case Rounding.HALF_UP:
            return floor(value + Fraction(1, 2))
        case Rounding.HALF_EVEN:
            return round(value)


def rolled(date: Date, roll: Roll, calendar: Calendar) -> Date:
    """Return the day on which a payment is made whose date is `date`."""
    after, before = calendar.on_or_after(date), calendar.on_or_before(date)
    match roll:
        case Roll.NONE:
            return date
        case Roll.FOLLOWING:
            return after
        case Roll.PRECEDING:
            return before
        case Roll.MODIFIED_FOLLOWING:
            return after if _month(after) == _month(date) else before
        case Roll.MODIFIED_PRECEDING:
            return before if _month(before) == _month(date) else after


def coupon_dates(terms: CouponDebtTerms) -> list[Date]:
    """Return the dates of all coupons as the terms name them, in order."""
    step = 12 // terms.coupons.per_year
    found = [terms.maturity_date]
    while found[-1] > terms.coupons.first_coupon_date:
        found.append(months_before(terms.maturity_date, step * len(found)))
    return found[::-1]


def payments(terms: DebtTerms, calendar: Calendar) -> Iterator[Payment]:
    """Yield all payments of a debt in order; at maturity the last coupon, and then redemption."""
    schedule = terms.coupons if isinstance(terms, CouponDebtTerms) else None
    if isinstance(terms, CouponDebtTerms):
        begin = terms.issue_date
        for date in coupon_dates(terms):
            yield _coupon(terms, begin, date, calendar)
            begin = date
    date = terms.maturity_date
    yield Payment(
        PaymentKind.REDEMPTION,
        _record_date(schedule, date, calendar),
        date,
        rolled(date, schedule.roll if schedule is not None else Roll.FOLLOWING, calendar),
        None,
        None if isinstance(terms, InflationLinkedBondTerms) else Fraction(1),
        schedule.rounding if schedule is not None else Rounding.HALF_UP,
    )


def next_payments(terms: DebtTerms, today: Date, calendar: Calendar) -> list[Payment]:
    """Return the next payments, all of one date, whose record date is not before `today`.

    After the last record date it is what was due at maturity: whoever still holds is owed it.
    """
    found: list[Payment] = []
    for _, group in groupby(payments(terms, calendar), lambda each: each.due_date):
        found = list(group)
        if found[0].record_date >= today:
            break
    return found


def _coupon(terms: CouponDebtTerms, begin: Date, date: Date, calendar: Calendar) -> Payment:
    schedule = terms.coupons
    rate = _fixed(terms)
    part = None
    if rate is not None and not isinstance(terms, InflationLinkedBondTerms):
        years = year_part(schedule.day_count, begin, date, until=date, per_year=schedule.per_year)
        part = years * Fraction(rate, RATE_SCALE)
    return Payment(
        PaymentKind.COUPON,
        _record_date(schedule, date, calendar),
        date,
        rolled(date, schedule.roll, calendar),
        rate,
        part,
        schedule.rounding,
    )


def _fixed(terms: CouponDebtTerms) -> Rate | None:
    if isinstance(
        terms,
        FixedRateBondTerms | CallableBondTerms | IjaraSukukTerms | InflationLinkedBondTerms,
    ) and isinstance(terms.coupon, FixedRate):
        return terms.coupon.rate
    return None


def _record_date(schedule: CouponSchedule | None, date: Date, calendar: Calendar) -> Date:
    """Return the record date of what falls due on `date`; without a schedule that day itself."""
    return calendar.add(date, -schedule.record_offset if schedule is not None else 0)


def _month(date: Date) -> int:
    return civil(date)[1]
