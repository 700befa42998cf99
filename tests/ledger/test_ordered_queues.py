"""A queue gives the least first, whoever came and went, and leaves nothing behind."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.ordered_queues import Entry, OrderedQueue
from amanat.ledger.state import State

MEMBERS = "abcdefgh"


@given(st.lists(st.tuples(st.sampled_from(MEMBERS), st.integers(0, 5))))
def test_a_queue_is_what_a_sorted_list_would_be(made: list[tuple[str, int]]) -> None:
    """Each step adds a member, or removes it where it is one."""
    state = State(lambda _: None)
    queue, other = OrderedQueue("one"), OrderedQueue("other")
    other.add(state, "x", 3)
    model: dict[str, int] = {}
    for member, rank in made:
        if member in model:
            queue.remove(state, member)
            del model[member]
        else:
            queue.add(state, member, rank)
            model[member] = rank
        assert queue.count(state) == len(model)
        assert sorted(queue.members(state)) == sorted(model)
        least = min(((rank, member) for member, rank in model.items()), default=None)
        assert queue.first(state) == (None if least is None else Entry(*least))
    for rank, member in sorted((rank, member) for member, rank in model.items()):
        assert queue.first(state) == Entry(rank, member)
        queue.remove(state, member)
    assert other.first(state) == Entry(3, "x")


def test_an_empty_queue_leaves_nothing_in_the_state() -> None:
    state = State(lambda _: None)
    queue = OrderedQueue("one")
    for rank, member in enumerate(MEMBERS):
        queue.add(state, member, -rank)
    for member in MEMBERS:
        queue.remove(state, member)
    queue.remove(state, "nobody")
    left: dict[bytes, Any] = {key: value for key, value in state.changes().items() if value}
    assert left == {}


def test_to_add_or_remove_touches_few_entries_however_many_there_are() -> None:
    state = State(lambda _: None)
    queue = OrderedQueue("one")
    for rank in range(1_000):
        queue.add(state, str(rank), 1_000 - rank)
    mark = state.mark()
    queue.remove(state, "500")
    queue.add(state, "500", 0)
    assert state.mark() - mark < 60
