"""What changes between two terms is told field by field, in the words of its readers."""

from typing import Any

import pytest

from amanat.ledger.instruments.terms_in_words import differences
from amanat.ledger.terms import Call, CommodityLotTerms, FixedRate
from tests.ledger.papers import CALLABLE, GOLD, LINKER, PIB, SUKUK, TERMS, TODAY, VARIABLE, changed


def told(identifier: str, **fields: Any) -> list[tuple[str, str, str]]:
    before = TERMS[identifier]
    return list(differences(before, changed(before, **fields)))


def test_nothing_changes() -> None:
    assert all(list(differences(terms, terms)) == [] for terms in TERMS.values())


def test_a_rate_is_told_in_per_cent() -> None:
    assert told(PIB, coupon=FixedRate(72_505)) == [("coupon.rate", "7.0000 %", "7.2505 %")]


def test_a_margin_may_be_negative() -> None:
    assert told(SUKUK, coupon=changed(VARIABLE, margin=-50)) == [
        ("coupon.margin", "0.0750 %", "-0.0050 %")
    ]


def test_a_date_is_told_as_one() -> None:
    assert told(PIB, maturity_date=19_590) == [("maturity_date", "2023-08-20", "2023-08-21")]


def test_an_index_is_told_with_its_decimals() -> None:
    assert told(LINKER, base_index=2_614_501, is_floored=False) == [
        ("base_index", "261.4500", "261.4501"),
        ("is_floored", "yes", "no"),
    ]


def test_a_digest_is_told_in_hexadecimal_and_what_is_not_there_as_none() -> None:
    before = TERMS[GOLD]
    assert isinstance(before, CommodityLotTerms)
    assert told(GOLD, purity=None, attestation=bytes(32)) == [
        ("purity", "995000", "none"),
        ("attestation", before.attestation.hex(), "00" * 32),
    ]


def test_a_list_is_told_whole() -> None:
    assert told(CALLABLE, calls=(Call(TODAY + 730, 1_000_000),)) == [
        (
            "calls",
            "[call_date 2028-01-01, price 101.0000; call_date 2029-01-01, price 100.5000]",
            "[call_date 2028-01-01, price 100.0000]",
        )
    ]


def test_a_rate_of_another_sort_is_told_whole() -> None:
    assert told(SUKUK, coupon=FixedRate(100_000)) == [
        (
            "coupon",
            "benchmark mtb-6-month-average-yield, margin 0.0750 %, fixing_offset 1, least 0.0000 %",
            "rate 10.0000 %",
        )
    ]


@pytest.mark.parametrize("identifier", TERMS)
def test_a_change_of_any_field_is_told_under_its_name(identifier: str) -> None:
    """A field whose values are never looked at could change unseen."""
    before = TERMS[identifier]
    for field in before.__struct_fields__:
        after = changed(before, **{field: "something else"})
        ((path, _, now),) = differences(before, after)
        assert (path, now) == (field, "something else")
