"""Queues kept in the state: members in the order of a number, the least of them at hand.

The state is a map by key and cannot sort what it holds. A binary heap through its entries gives the
first member with one read, and takes in or gives up any with a number of writes that grows as the
logarithm of how many there are.
"""

from collections.abc import Iterator
from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.state import State, Table


class Entry(Structure, frozen=True):
    """A member and its rank."""

    rank: int
    member: str

    def is_before(self, other: "Entry") -> bool:
        """Return whether it comes first; of equal rank, the lesser name does."""
        return (self.rank, self.member) < (other.rank, other.member)


Count = Annotated[int, Meta(ge=0)]

QUEUES: Final = Table("queue", Count)
"""By the name of a queue: how many members it has."""
QUEUED: Final = Table("queued", Entry)
"""By the name of a queue and a position: none comes before the one at half its position."""
POSITIONS: Final = Table("queue-position", Count)
"""By the name of a queue and a member: its position."""


class OrderedQueue:
    """One queue. `name` tells it from all others."""

    __slots__ = ("_name",)

    def __init__(self, *name: str) -> None:
        self._name = name

    def count(self, state: State) -> int:
        """Return how many members it has."""
        return state.get(QUEUES, *self._name) or 0

    def first(self, state: State) -> Entry | None:
        """Return the member of the least rank, or None."""
        return state.get(QUEUED, *self._name, 0)

    def members(self, state: State) -> Iterator[str]:
        """Yield every member, in no order that means anything."""
        for position in range(self.count(state)):
            yield self._at(state, position).member

    def add(self, state: State, member: str, rank: int) -> None:
        """Add somebody who is no member."""
        count = self.count(state)
        state.put(count + 1, QUEUES, *self._name)
        self._rise(state, count, Entry(rank, member))

    def remove(self, state: State, member: str) -> None:
        """Remove a member, if it is one."""
        position = state.get(POSITIONS, *self._name, member)
        if position is None:
            return
        last = self.count(state) - 1
        moved = self._at(state, last)
        state.put(last or None, QUEUES, *self._name)
        state.put(None, QUEUED, *self._name, last)
        state.put(None, POSITIONS, *self._name, member)
        if position < last:
            self._rise(state, self._sink(state, position, last, moved), moved)

    def _rise(self, state: State, position: int, entry: Entry) -> None:
        """Put `entry` at `position`, or above it as far as it comes before those there."""
        while position > 0:
            above = self._at(state, (position - 1) // 2)
            if not entry.is_before(above):
                break
            self._put(state, position, above)
            position = (position - 1) // 2
        self._put(state, position, entry)

    def _sink(self, state: State, position: int, count: int, entry: Entry) -> int:
        """Make room for `entry` at `position` or below it, among `count`; return where."""
        while 2 * position + 1 < count:
            below = 2 * position + 1
            if below + 1 < count and self._at(state, below + 1).is_before(self._at(state, below)):
                below += 1
            lesser = self._at(state, below)
            if not lesser.is_before(entry):
                break
            self._put(state, position, lesser)
            position = below
        return position

    def _put(self, state: State, position: int, entry: Entry) -> None:
        state.put(entry, QUEUED, *self._name, position)
        state.put(position, POSITIONS, *self._name, entry.member)

    def _at(self, state: State, position: int) -> Entry:
        entry = state.get(QUEUED, *self._name, position)
        if entry is None:
            raise AssertionError(f"{self._name} has nobody at {position}")
        return entry
