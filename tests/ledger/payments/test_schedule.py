"""What debts pay and when, on papers of each kind."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.days.calendar import Calendar
from amanat.ledger.payments.schedule import (
    PaymentKind,
    coupon_dates,
    next_payments,
    payments,
    rolled,
    rounded,
)
from amanat.ledger.terms import CouponDebtTerms, DebtTerms, FixedRate
from amanat.ledger.terms.conventions import Roll, Rounding
from amanat.ledger.wording import day
from tests.ledger.papers import CALLABLE, FLOATER, LINKER, NEW_PIB, PIB, SUKUK, TERMS, changed
from tests.ledger.world import BILL

EPOCH = date(1970, 1, 1)
SUNDAYS = Calendar(weekend=(5, 6), holidays=(), cut_offs=())
"""Nothing on Saturdays and Sundays."""


def on(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


def debt(name: str) -> DebtTerms:
    terms = TERMS[name]
    assert isinstance(terms, DebtTerms)
    return terms


def couponed(name: str) -> CouponDebtTerms:
    terms = TERMS[name]
    assert isinstance(terms, CouponDebtTerms)
    return terms


def test_the_bond_of_the_published_auction_pays_every_half_year() -> None:
    """Issued on 20 August 2020, 7 %, three years (SBP bid sheet of 3 March 2021)."""
    dates = [day(each) for each in coupon_dates(couponed(PIB))]
    assert dates == [
        *("2021-02-20", "2021-08-20", "2022-02-20", "2022-08-20", "2023-02-20", "2023-08-20"),
    ]
    coupons = [each for each in payments(debt(PIB), SUNDAYS) if each.kind is PaymentKind.COUPON]
    assert {each.amount(10_000_000_00) for each in coupons} == {35_000_000}
    # 20 February 2021 was a Saturday: paid on Monday, to whoever held on the Friday before.
    assert day(coupons[0].payment_date) == "2021-02-22"
    assert day(coupons[0].record_date) == "2021-02-19"


def test_at_maturity_the_last_coupon_and_the_face_are_paid() -> None:
    *_, coupon, redemption = payments(debt(PIB), SUNDAYS)
    assert (coupon.kind, redemption.kind) == (PaymentKind.COUPON, PaymentKind.REDEMPTION)
    assert coupon.due_date == redemption.due_date == debt(PIB).maturity_date
    assert redemption.amount(12_345) == 12_345


def test_a_bill_pays_its_face_once() -> None:
    (only,) = payments(debt(BILL), SUNDAYS)
    assert (only.kind, only.amount(500_000)) == (PaymentKind.REDEMPTION, 500_000)
    assert only.record_date == SUNDAYS.on_or_after(debt(BILL).maturity_date)


@pytest.mark.parametrize("name", [FLOATER, SUKUK])
def test_what_a_benchmark_will_say_is_not_known(name: str) -> None:
    *coupons, redemption = payments(debt(name), SUNDAYS)
    assert {(each.rate, each.amount(1_000)) for each in coupons} == {(None, None)}
    assert redemption.amount(1_000) == 1_000


def test_a_fixed_rental_is_known_and_what_follows_an_index_is_not() -> None:
    fixed = changed(debt(SUKUK), coupon=FixedRate(100_000))
    first = next(payments(fixed, SUNDAYS))
    # Act/365: 181 days from 1 January to 1 July 2026.
    assert first.part == Fraction(181, 3_650)
    linked = list(payments(debt(LINKER), SUNDAYS))
    assert {each.amount(1_000) for each in linked} == {None}
    assert linked[0].rate == 35_000


def test_the_next_payment_is_the_one_whose_record_date_is_to_come() -> None:
    first, second = list(payments(debt(PIB), SUNDAYS))[:2]
    assert next_payments(debt(PIB), first.record_date, SUNDAYS) == [first]
    assert next_payments(debt(PIB), first.record_date + 1, SUNDAYS) == [second]


def test_whoever_holds_after_maturity_is_owed_what_was_due_then() -> None:
    kinds = [each.kind for each in next_payments(debt(PIB), on("2030-01-01"), SUNDAYS)]
    assert kinds == [PaymentKind.COUPON, PaymentKind.REDEMPTION]


@given(st.sampled_from([PIB, NEW_PIB, FLOATER, SUKUK, LINKER, CALLABLE]), st.integers(0, 30))
def test_payments_stand_in_order_and_holders_are_known_before_they_are_made(
    name: str, offset: int
) -> None:
    terms = couponed(name)
    terms = changed(terms, coupons=changed(terms.coupons, record_offset=offset))
    found = list(payments(terms, SUNDAYS))
    assert [each.due_date for each in found] == sorted(each.due_date for each in found)
    assert found[0].due_date == terms.coupons.first_coupon_date
    for each in found:
        assert SUNDAYS.is_business_day(each.record_date)
        assert SUNDAYS.is_business_day(each.payment_date)
        assert each.record_date <= each.payment_date


@pytest.mark.parametrize(
    ("roll", "expected"),
    [
        (Roll.NONE, "2026-01-31"),
        (Roll.FOLLOWING, "2026-02-02"),
        (Roll.MODIFIED_FOLLOWING, "2026-01-30"),
        (Roll.PRECEDING, "2026-01-30"),
        (Roll.MODIFIED_PRECEDING, "2026-01-30"),
    ],
)
def test_a_saturday_at_the_end_of_a_month_rolls(roll: Roll, expected: str) -> None:
    assert day(rolled(on("2026-01-31"), roll, SUNDAYS)) == expected


def test_the_first_of_a_month_does_not_roll_into_the_month_before() -> None:
    sunday = on("2026-02-01")
    assert day(rolled(sunday, Roll.PRECEDING, SUNDAYS)) == "2026-01-30"
    assert day(rolled(sunday, Roll.MODIFIED_PRECEDING, SUNDAYS)) == "2026-02-02"


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Rounding.HALF_UP, [2, 3, 4, 3]),
        (Rounding.HALF_EVEN, [2, 2, 4, 3]),
        (Rounding.DOWN, [2, 2, 3, 2]),
        (Rounding.UP, [3, 3, 4, 3]),
    ],
)
def test_amounts_are_rounded_as_the_terms_say(how: Rounding, expected: list[int]) -> None:
    values = [Fraction(9, 4), Fraction(5, 2), Fraction(7, 2), Fraction(11, 4)]
    assert [rounded(each, how) for each in values] == expected
