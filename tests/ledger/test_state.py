"""Tables over the tree: reads through, writes that can be rolled back."""

import pkgutil
from importlib import import_module
from itertools import combinations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat import ledger
from amanat.ledger.custody.accounts import Holding
from amanat.ledger.encoding import encode
from amanat.ledger.state import HOLDINGS, KEYS, State, Table


class Reads(dict[bytes, bytes]):
    """A store that counts how often it is asked."""

    asked = 0

    def __call__(self, key: bytes) -> bytes | None:
        self.asked += 1
        return self.get(key)


@pytest.fixture
def stored() -> Reads:
    return Reads({HOLDINGS.key("alpha", "PKR"): encode(Holding(7, 0))})


def test_a_key_is_the_encoding_of_the_kind_and_its_parts() -> None:
    assert msgspec.msgpack.decode(HOLDINGS.key("alpha", "PKR")) == ["holding", "alpha", "PKR"]


def test_kinds_are_distinct() -> None:
    tables = {
        id(found): found
        for module in pkgutil.walk_packages(ledger.__path__, "amanat.ledger.")
        for found in vars(import_module(module.name)).values()
        if isinstance(found, Table)
    }
    assert len(tables) > 10
    assert all(one.kind != other.kind for one, other in combinations(tables.values(), 2))


def test_no_two_ways_to_split_parts_give_one_key() -> None:
    assert HOLDINGS.key("ab", "c") != HOLDINGS.key("a", "bc")
    assert KEYS.key(b"ab") != KEYS.key("ab")


def test_what_is_stored_is_read_and_decoded_once(stored: Reads) -> None:
    state = State(stored)
    assert [state.get(HOLDINGS, "alpha", "PKR") for _ in range(3)] == [Holding(7, 0)] * 3
    assert [state.get(HOLDINGS, "beta", "PKR") for _ in range(3)] == [None] * 3
    assert stored.asked == 2


def test_reading_changes_nothing(stored: Reads) -> None:
    state = State(stored)
    state.get(HOLDINGS, "alpha", "PKR")
    assert state.changes() == {}


def test_what_is_written_is_read_back_and_handed_over(stored: Reads) -> None:
    state = State(stored)
    state.put(Holding(8, 0), HOLDINGS, "alpha", "PKR")
    state.put(Holding(1, 0), HOLDINGS, "beta", "PKR")
    assert state.get(HOLDINGS, "alpha", "PKR") == Holding(8, 0)
    assert state.changes() == {
        HOLDINGS.key("alpha", "PKR"): encode(Holding(8, 0)),
        HOLDINGS.key("beta", "PKR"): encode(Holding(1, 0)),
    }
    assert stored == {HOLDINGS.key("alpha", "PKR"): encode(Holding(7, 0))}


def test_what_is_deleted_is_gone_and_handed_over_as_none(stored: Reads) -> None:
    state = State(stored)
    state.put(None, HOLDINGS, "alpha", "PKR")
    assert state.get(HOLDINGS, "alpha", "PKR") is None
    assert state.changes() == {HOLDINGS.key("alpha", "PKR"): None}


def test_a_rollback_goes_back_to_the_last_commit(stored: Reads) -> None:
    state = State(stored)
    state.put(Holding(8, 0), HOLDINGS, "alpha", "PKR")
    state.commit()
    state.put(Holding(9, 0), HOLDINGS, "alpha", "PKR")
    state.put(None, HOLDINGS, "alpha", "PKR")
    state.put(Holding(1, 0), HOLDINGS, "beta", "PKR")
    state.rollback()
    assert state.get(HOLDINGS, "alpha", "PKR") == Holding(8, 0)
    assert state.get(HOLDINGS, "beta", "PKR") is None


Write = tuple[str, int | None]
WRITES = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(1, 9)), max_size=6)


@given(
    start=st.dictionaries(st.sampled_from("abc"), st.integers(1, 9)),
    transactions=st.lists(st.tuples(WRITES, st.booleans()), max_size=6),
)
def test_any_mix_of_commits_and_rollbacks_agrees_with_copies_of_a_dictionary(
    start: dict[str, int], transactions: list[tuple[list[Write], bool]]
) -> None:
    stored = Reads({HOLDINGS.key(name): encode(Holding(n, 0)) for name, n in start.items()})
    state, model = State(stored), dict[str, int | None](start)
    for writes, kept in transactions:
        attempt = dict(model)
        for name, amount in writes:
            state.put(None if amount is None else Holding(amount, 0), HOLDINGS, name)
            attempt[name] = amount
        if kept:
            state.commit()
            model = attempt
        else:
            state.rollback()
    for name in "abc":
        amount = model.get(name)
        assert state.get(HOLDINGS, name) == (None if amount is None else Holding(amount, 0))
    after: dict[bytes, Any] = dict(stored)
    after.update(state.changes())
    assert {key: value for key, value in after.items() if value is not None} == {
        HOLDINGS.key(name): encode(Holding(n, 0)) for name, n in model.items() if n is not None
    }
