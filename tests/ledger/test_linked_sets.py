"""Sets in the state, against a list."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.state import State

moves = st.lists(st.tuples(st.booleans(), st.sampled_from("abcdef")), max_size=40)


@given(moves)
def test_a_set_holds_what_was_added_and_not_removed_in_order(
    made: list[tuple[bool, str]],
) -> None:
    state = State(lambda _: None)
    members, other = LinkedSet("one"), LinkedSet("other")
    other.add(state, "x")
    model: list[str] = []
    for adds, member in made:
        if adds:
            members.add(state, member)
            model += [] if member in model else [member]
        else:
            members.remove(state, member)
            model = [each for each in model if each != member]
        assert list(members.members(state)) == model
        assert members.count(state) == len(model)
        assert all(members.holds(state, each) is (each in model) for each in "abcdef")
    assert list(other.members(state)) == ["x"]


def test_an_empty_set_leaves_nothing_in_the_state() -> None:
    state = State(lambda _: None)
    members = LinkedSet("one")
    for member in "abc":
        members.add(state, member)
    for member in "bac":
        members.remove(state, member)
    left: dict[bytes, Any] = {key: value for key, value in state.changes().items() if value}
    assert left == {}


def test_the_member_at_hand_may_be_removed_on_the_way() -> None:
    state = State(lambda _: None)
    members = LinkedSet("one")
    for member in "abc":
        members.add(state, member)
    for member in members.members(state):
        members.remove(state, member)
    assert members.count(state) == 0


def test_a_walk_begins_where_it_is_told() -> None:
    state = State(lambda _: None)
    members = LinkedSet("one")
    for member in "abc":
        members.add(state, member)
    assert list(members.members(state, "b")) == ["b", "c"]
