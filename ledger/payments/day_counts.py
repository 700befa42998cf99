"""What part of a year lies between two dates, by each convention; exact, as a fraction.

Sources: ISDA, *2006 ISDA Definitions*, section 4.16; ICMA, *Primary Market Handbook*, rule 251;
both compared on cases in ISDA, *EMU and Market Conventions: Recent Developments* (1998).
"""

from fractions import Fraction
from itertools import count, pairwise

from amanat.ledger.dates import Date, civil, months_before, of_civil
from amanat.ledger.terms.conventions import DayCount


def year_part(
    convention: DayCount, begin: Date, end: Date, *, until: Date, per_year: int
) -> Fraction:
    """Return the part of a year from `begin` to `end`, at least 0.

    Args:
        convention: how it is counted.
        begin: the first day that counts.
        end: the day after the last one that counts; not before `begin`.
        until: the coupon date that ends the period in which both lie.
        per_year: coupons in a year; 1, 2, 4 or 12.
    """
    match convention:
        case DayCount.ACT_365:
            return Fraction(end - begin, 365)
        case DayCount.ACT_360:
            return Fraction(end - begin, 360)
        case DayCount.ACT_ACT_ICMA:
            return _icma(begin, end, until, per_year)
        case DayCount.ACT_ACT_ISDA:
            return _isda(begin, end)
        case DayCount.THIRTY_360:
            return _thirty(begin, end, always=False)
        case DayCount.THIRTY_E_360:
            return _thirty(begin, end, always=True)


def _icma(begin: Date, end: Date, until: Date, per_year: int) -> Fraction:
    """Each notional period back from `until` is the same part of a year, whatever its days."""
    months = 12 // per_year
    found = Fraction(0)
    for last, first in pairwise(months_before(until, months * turn) for turn in count()):
        days = min(end, last) - max(begin, first)
        if days > 0:
            found += Fraction(days, (last - first) * per_year)
        if first <= begin:
            return found
    raise AssertionError("the notional periods go back for ever")


def _isda(begin: Date, end: Date) -> Fraction:
    found = Fraction(0)
    while begin < end:
        year = civil(begin)[0]
        first, following = of_civil(year, 1, 1), of_civil(year + 1, 1, 1)
        found += Fraction(min(end, following) - begin, following - first)
        begin = following
    return found


def _thirty(begin: Date, end: Date, *, always: bool) -> Fraction:
    (year, month, day), (last_year, last_month, last_day) = civil(begin), civil(end)
    day = min(day, 30)
    if always or day == 30:
        last_day = min(last_day, 30)
    days = 360 * (last_year - year) + 30 * (last_month - month) + last_day - day
    return Fraction(days, 360)
