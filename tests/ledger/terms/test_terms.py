"""Templates of terms: how they travel, and what each refuses."""

import pkgutil
from typing import Any, get_args

import msgspec
import pytest

from amanat.ledger import terms as templates
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.terms import (
    KINDS,
    TEMPLATES,
    Call,
    CashTerms,
    DebtTerms,
    FixedRate,
    Problem,
    Terms,
    TreasuryBillTerms,
)
from tests.ledger.papers import (
    CALLABLE,
    FACE,
    GOLD,
    HALF_YEARLY,
    LINKER,
    NEW_PIB,
    PIB,
    SUKUK,
    TERMS,
    TODAY,
    YEARS_5,
    changed,
)
from tests.ledger.world import BILL, RUPEE, bill


def test_every_template_is_on_both_lists_under_the_name_of_its_file() -> None:
    assert get_args(Terms) == TEMPLATES
    files = {module.name.replace("_", "-") for module in pkgutil.iter_modules(templates.__path__)}
    assert set(KINDS) <= files
    assert len(set(KINDS)) == len(TEMPLATES) == 9


def test_the_tests_have_terms_of_every_kind_that_make_sense() -> None:
    assert {terms.kind for terms in TERMS.values()} == set(KINDS)
    assert all(list(terms.problems()) == [] for terms in TERMS.values())


@pytest.mark.parametrize("identifier", TERMS)
def test_terms_travel_behind_their_kind(identifier: str) -> None:
    terms = TERMS[identifier]
    assert msgspec.msgpack.decode(encode(terms))[0] == terms.kind
    assert decode(encode(terms), Terms) == terms  # type: ignore[arg-type]


def test_cash_and_bills_travel_as_they_are_documented() -> None:
    assert msgspec.msgpack.decode(encode(CashTerms("PKR", 2))) == ["cash", "PKR", 2]
    wire = ["treasury-bill", BILL, "PKR", 500_000, TODAY, TODAY + 84, "act/365"]
    assert msgspec.msgpack.decode(encode(bill().terms)) == wire


@pytest.mark.parametrize(
    "wire",
    [
        ["cash", "pkr", 2],
        ["cash", "PKRX", 2],
        ["cash", "PKR", 7],
        ["cash", "PKR", -1],
        ["coin", "PKR", 2],
        ["treasury-bill", BILL, "PKR", 0, 1, 2, "act/365"],
        ["treasury-bill", BILL, "PKR", 1, -1, 2, "act/365"],
        ["treasury-bill", BILL, "PKR", 1, 1, 200_001, "act/365"],
        ["treasury-bill", BILL, "PKR", 1, 1, 2, "act/360"],
        ["treasury-bill", BILL[:-1], "PKR", 1, 1, 2, "act/365"],
        ["treasury-bill", BILL[:-1] + "X", "PKR", 1, 1, 2, "act/365"],
        ["treasury-bill", BILL + "\n", "PKR", 1, 1, 2, "act/365"],
    ],
)
def test_terms_out_of_their_bounds_are_not_decoded(wire: list[object]) -> None:
    with pytest.raises(EncodingError):
        decode(encode(wire), Terms)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("identifier", "path", "value"),
    [
        (PIB, ("coupon", "rate"), -1),
        (PIB, ("coupon", "rate"), 10_000_001),
        (PIB, ("coupons", "per_year"), 3),
        (PIB, ("coupons", "day_count"), "act/364"),
        (PIB, ("coupons", "roll"), "backwards"),
        (PIB, ("coupons", "record_offset"), 31),
        (SUKUK, ("coupon", "margin"), 1_000_001),
        (SUKUK, ("coupon", "benchmark"), "The Benchmark"),
        (LINKER, ("base_index",), 0),
        (CALLABLE, ("calls",), ()),
        (GOLD, ("purity",), 1_000_001),
        (GOLD, ("warehouse_receipt",), b"short"),
        (GOLD, ("unit",), "troy ounces"),
    ],
)
def test_fields_out_of_their_bounds_are_not_decoded(
    identifier: str, path: tuple[str, ...], value: Any
) -> None:
    spoiled: Any = value
    for depth in range(len(path) - 1, -1, -1):
        outer: Any = TERMS[identifier]
        for field in path[:depth]:
            outer = getattr(outer, field)
        spoiled = changed(outer, **{path[depth]: spoiled})
    with pytest.raises(EncodingError):
        decode(encode(spoiled), Terms)  # type: ignore[arg-type]


def test_amounts_come_in_multiples_of_a_denomination() -> None:
    terms = bill().terms
    assert isinstance(terms, TreasuryBillTerms)
    assert terms.denomination == 500_000
    assert CashTerms("PKR", 2).denomination == 1


def test_debt_matures_and_nothing_else_does() -> None:
    assert TERMS[PIB].matures == 19_589
    never = {terms.kind for terms in TERMS.values() if terms.matures is None}
    assert never == {"cash", "commodity-lot", "unit"}
    assert all(isinstance(t, DebtTerms) for t in TERMS.values() if t.kind not in never)


@pytest.mark.parametrize("days", [0, -1])
def test_a_debt_matures_after_its_issue(days: int) -> None:
    terms = changed(bill().terms, maturity_date=TODAY + days)
    assert list(terms.problems()) == [
        Problem("maturity_date", TODAY + days, f"after the issue date {TODAY}")
    ]


@pytest.mark.parametrize("first", [TODAY - 1, TODAY, YEARS_5 + 1])
def test_coupons_fall_due_between_issue_and_maturity(first: int) -> None:
    terms = changed(TERMS[NEW_PIB], coupons=changed(HALF_YEARLY, first_coupon_date=first))
    need = f"after the issue date {TODAY} and not after maturity {YEARS_5}"
    assert list(terms.problems()) == [Problem("coupons.first_coupon_date", first, need)]


@pytest.mark.parametrize("first", [HALF_YEARLY.first_coupon_date + 1, TODAY + 90])
def test_coupon_dates_are_whole_periods_before_maturity(first: int) -> None:
    """1 April 2026 begins a quarter, and bonds with half-yearly coupons do not pay on it."""
    terms = changed(TERMS[NEW_PIB], coupons=changed(HALF_YEARLY, first_coupon_date=first))
    need = f"a whole number of periods of 6 months before {YEARS_5}"
    assert list(terms.problems()) == [Problem("coupons.first_coupon_date", first, need)]
    if first == TODAY + 90:
        quarterly = changed(HALF_YEARLY, first_coupon_date=first, per_year=4)
        assert list(changed(terms, coupons=quarterly).problems()) == []


def test_a_short_month_pays_on_its_last_day() -> None:
    """From 28 February 2026 to 31 August 2030 are nine half years."""
    terms = changed(TERMS[NEW_PIB], maturity_date=22_157)
    last_of_february = changed(HALF_YEARLY, first_coupon_date=20_512)
    assert list(changed(terms, coupons=last_of_february).problems()) == []
    day_before = changed(HALF_YEARLY, first_coupon_date=20_511)
    assert len(list(changed(terms, coupons=day_before).problems())) == 1


def test_a_sukuk_sold_at_a_discount_has_a_rental_of_nothing_due_once() -> None:
    once = changed(HALF_YEARLY, first_coupon_date=YEARS_5, per_year=1)
    assert list(changed(TERMS[SUKUK], coupons=once, coupon=FixedRate(0)).problems()) == []


def test_calls_are_in_order_between_issue_and_maturity() -> None:
    late, early = Call(TODAY + 20, 1_000_000), Call(TODAY + 10, 1_000_000)
    terms = changed(TERMS[CALLABLE], calls=(late, early))
    given = f"{TODAY + 20}, {TODAY + 10}"
    assert list(terms.problems()) == [Problem("calls", given, "sorted by date, each once")]
    for day in (TODAY, YEARS_5):
        terms = changed(TERMS[CALLABLE], calls=(Call(day, 1_000_000),))
        need = f"between the issue date {TODAY} and maturity {YEARS_5}"
        assert list(terms.problems()) == [Problem("calls.call_date", day, need)]


def test_every_debt_names_the_cash_and_the_face_that_it_is_counted_in() -> None:
    for terms in TERMS.values():
        if isinstance(terms, DebtTerms):
            assert terms.cash == RUPEE
            assert terms.denomination in (FACE, 500_000)
