"""International securities identification numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.terms.isin import is_valid_isin

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
