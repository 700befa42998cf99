"""Parts of a year, on published cases and as properties."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.dates import months_before
from amanat.ledger.payments.day_counts import year_part
from amanat.ledger.terms.conventions import DayCount

EPOCH = date(1970, 1, 1)


def on(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


CASES = [
    # begin, end, coupon date, coupons a year, act/act-isda, act/act-icma
    ("2003-11-01", "2004-05-01", "2004-05-01", 2, 0.497724380567, 0.5),
    ("1999-02-01", "1999-07-01", "1999-07-01", 1, 0.410958904110, 0.410958904110),
    ("1999-07-01", "2000-07-01", "2000-07-01", 1, 1.001377348600, 1.0),
    ("2002-08-15", "2003-07-15", "2003-07-15", 2, 0.915068493151, 0.915760869565),
    ("2003-07-15", "2004-01-15", "2004-01-15", 2, 0.504004790778, 0.5),
    ("1999-07-30", "2000-01-30", "2000-01-30", 2, 0.503892506924, 0.5),
]
"""ISDA, *EMU and Market Conventions: Recent Developments* (1998), the cases without a short last
period, which the ledger's schedules do not have."""


@pytest.mark.parametrize(("begin", "end", "until", "per_year", "isda", "icma"), CASES)
def test_the_published_cases(
    begin: str, end: str, until: str, per_year: int, isda: float, icma: float
) -> None:
    between = {"until": on(until), "per_year": per_year}
    for convention, expected in ((DayCount.ACT_ACT_ISDA, isda), (DayCount.ACT_ACT_ICMA, icma)):
        found = year_part(convention, on(begin), on(end), **between)
        assert float(found) == pytest.approx(expected, abs=1e-11)


def test_accrued_interest_of_the_published_auction() -> None:
    """PIB auction 51 of 3 March 2021 (SBP bid sheet): 12 of 181 days, 7 %, PKR 2,000 million."""
    begin, settled, until = on("2021-02-20"), on("2021-03-04"), on("2021-08-20")
    part = year_part(DayCount.ACT_ACT_ICMA, begin, settled, until=until, per_year=2)
    assert part == Fraction(12, 362)
    assert round(float(2_000 * part * Fraction(7, 100)), 3) == 4.641


@pytest.mark.parametrize(
    ("begin", "end", "us", "european"),
    [
        ("2006-08-20", "2007-02-20", 180, 180),
        ("2007-01-31", "2007-03-31", 60, 60),
        ("2007-01-15", "2007-03-31", 76, 75),
        ("2007-02-28", "2007-03-31", 33, 32),
        ("2007-12-31", "2008-02-29", 59, 59),
    ],
)
def test_months_of_thirty_days(begin: str, end: str, us: int, european: int) -> None:
    of = {"until": on(end), "per_year": 2}
    assert year_part(DayCount.THIRTY_360, on(begin), on(end), **of) == Fraction(us, 360)
    assert year_part(DayCount.THIRTY_E_360, on(begin), on(end), **of) == Fraction(european, 360)


DATES = st.integers(10_000, 60_000)


@given(DATES, st.integers(0, 2_000), st.integers(0, 2_000), st.sampled_from(DayCount))
def test_what_is_counted_in_two_parts_is_the_whole(
    begin: int, first: int, second: int, convention: DayCount
) -> None:
    if convention in (DayCount.THIRTY_360, DayCount.THIRTY_E_360):
        return  # months of 30 days do not add up, by their nature
    middle, end = begin + first, begin + first + second
    of = {"until": end, "per_year": 2}
    spans = ((begin, middle), (middle, end), (begin, end))
    parts = [year_part(convention, *span, **of) for span in spans]
    assert parts[0] + parts[1] == parts[2] >= 0


@given(DATES, st.sampled_from([1, 2, 4, 12]), st.integers(1, 40))
def test_a_whole_coupon_period_is_its_part_of_a_year_whatever_its_days(
    until: int, per_year: int, periods: int
) -> None:
    begin = months_before(until, periods * 12 // per_year)
    of = {"until": until, "per_year": per_year}
    assert year_part(DayCount.ACT_ACT_ICMA, begin, until, **of) == Fraction(periods, per_year)
