"""Identifiers and dates of instruments."""

from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.dates import DAY_MS, date_of
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.instruments import CashTerms, Terms, TreasuryBillTerms, is_valid_isin
from tests.ledger.world import BILL, bill

KARACHI = timezone(timedelta(hours=5))

# Of Apple, BAE Systems, Treasury Corporation of Victoria, Microsoft, Siemens and LVMH.
PUBLISHED = [
    "US0378331005",
    "GB0002634946",
    "AU0000XVGZA3",
    "US5949181045",
    "DE0007236101",
    "FR0000121014",
]


def luhn_by_hand(code: str) -> bool:
    """Letters as two digits, every second digit from the right doubled, digits summed."""
    digits = [int(d) for d in "".join(str(int(character, 36)) for character in code)]
    digits.reverse()
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_isins_are_valid(code: str) -> None:
    assert is_valid_isin(code)


@pytest.mark.parametrize("code", PUBLISHED)
def test_any_other_check_digit_is_not(code: str) -> None:
    others = [code[:-1] + digit for digit in "0123456789" if digit != code[-1]]
    assert not any(is_valid_isin(other) for other in others)


@given(st.from_regex(r"\A[A-Z]{2}[A-Z0-9]{9}[0-9]\Z"))
def test_the_check_digit_agrees_with_a_count_by_hand(code: str) -> None:
    assert is_valid_isin(code) == luhn_by_hand(code)


def test_a_code_of_a_country_unknown_to_the_library_is_judged_by_its_digit_alone() -> None:
    code = next(f"QQ000000000{d}" for d in range(10) if luhn_by_hand(f"QQ000000000{d}"))
    assert is_valid_isin(code)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_a_date_on_the_ledger_is_the_date_in_pakistan(moment: datetime) -> None:
    time = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    days = (moment.astimezone(KARACHI).date() - date(1970, 1, 1)).days
    assert date_of(time) == days


def test_the_day_begins_at_midnight_in_pakistan() -> None:
    midnight = datetime(2026, 1, 2, tzinfo=KARACHI)
    time = int(midnight.timestamp() * 1_000)
    assert date_of(time) == date_of(time - 1) + 1 == (date(2026, 1, 2) - date(1970, 1, 1)).days


def test_the_first_moment_is_a_date() -> None:
    assert (date_of(0), date_of(DAY_MS)) == (0, 1)


def test_terms_travel_behind_their_kind() -> None:
    cash = CashTerms("PKR", 2)
    assert msgspec.msgpack.decode(encode(cash)) == ["cash", "PKR", 2]
    for terms in (cash, bill().terms):
        assert decode(encode(terms), Terms) == terms  # type: ignore[arg-type]


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


def test_the_denomination_is_in_the_terms() -> None:
    terms = bill().terms
    assert isinstance(terms, TreasuryBillTerms)
    assert terms.denomination == 500_000
    assert CashTerms("PKR", 2).denomination == 1
