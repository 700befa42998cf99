"""A cursor says a place in the chain, the same on every node."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.node.feed.cursor import BadCursor, Place, read, written

CHAIN = bytes(range(32))
numbers = st.integers(0, 2**63 - 1)


@given(numbers, numbers, numbers)
def test_it_says_a_place(height: int, transaction: int, event: int) -> None:
    place = Place(height, transaction, event)
    assert read(written(place, CHAIN), CHAIN) == place


def test_it_is_short_and_goes_into_an_address_as_it_is() -> None:
    longest = written(Place(2**63 - 1, 2**63 - 1, 2**63 - 1), CHAIN)
    assert len(longest) == 51
    assert set(longest) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_another_chains_is_refused() -> None:
    with pytest.raises(BadCursor, match="another chain"):
        read(written(Place(3), bytes(32)), CHAIN)


@pytest.mark.parametrize(
    "text", ["", "x", "now", "é", "=" * 8, "A" * 65, "AAAA", written(Place(3), CHAIN) + "A"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        read(text, CHAIN)


def test_each_place_has_one_cursor() -> None:
    text = written(Place(3), CHAIN)
    padded = text + "=" * (-len(text) % 4)
    content = base64.urlsafe_b64decode(padded)
    assert padded != text
    for other in (padded, base64.b64encode(content).decode() + " ", text[:-1] + "B"):
        with pytest.raises(BadCursor):
            read(other, CHAIN)
