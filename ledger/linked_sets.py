"""Sets kept in the state, to be walked member by member: the accounts of a custodian, and so on.

The state is a map by key and cannot list what it holds; a doubly linked list through its entries
can, from the first member on. To add or to remove touches at most four entries, however many the
set has, and whoever walks it may stop anywhere and go on in a later block.
"""

from collections.abc import Iterator

from amanat.ledger.links import Ends, Link
from amanat.ledger.state import LINKS, SETS, State


class LinkedSet:
    """One set. `name` tells it from all others."""

    __slots__ = ("_name",)

    def __init__(self, *name: str) -> None:
        self._name = name

    def count(self, state: State) -> int:
        """Return how many members it has."""
        ends = state.get(SETS, *self._name)
        return 0 if ends is None else ends.count

    def holds(self, state: State, member: str) -> bool:
        """Return whether `member` is one."""
        return state.get(LINKS, *self._name, member) is not None

    def members(self, state: State, start: str | None = None) -> Iterator[str]:
        """Yield the members, oldest first, or from the member `start` on.

        The member that is yielded may be removed.
        """
        ends = state.get(SETS, *self._name)
        member = start or ("" if ends is None else ends.first)
        while member:
            after = self._link(state, member).after
            yield member
            member = after

    def add(self, state: State, member: str) -> None:
        """Add a member at the end, unless it is one."""
        if self.holds(state, member):
            return
        ends = state.get(SETS, *self._name)
        if ends is None:
            state.put(Link("", ""), LINKS, *self._name, member)
            state.put(Ends(member, member, 1), SETS, *self._name)
            return
        last = self._link(state, ends.last)
        state.put(Link(last.before, member), LINKS, *self._name, ends.last)
        state.put(Link(ends.last, ""), LINKS, *self._name, member)
        state.put(Ends(ends.first, member, ends.count + 1), SETS, *self._name)

    def remove(self, state: State, member: str) -> None:
        """Remove a member, if it is one."""
        link = state.get(LINKS, *self._name, member)
        ends = state.get(SETS, *self._name)
        if link is None or ends is None:
            return
        if link.before:
            before = self._link(state, link.before)
            state.put(Link(before.before, link.after), LINKS, *self._name, link.before)
        if link.after:
            after = self._link(state, link.after)
            state.put(Link(link.before, after.after), LINKS, *self._name, link.after)
        state.put(None, LINKS, *self._name, member)
        first = ends.first if link.before else link.after
        last = ends.last if link.after else link.before
        left = Ends(first, last, ends.count - 1) if ends.count > 1 else None
        state.put(left, SETS, *self._name)

    def _link(self, state: State, member: str) -> Link:
        link = state.get(LINKS, *self._name, member)
        if link is None:
            raise AssertionError(f"{member} is linked to in {self._name} and is no member")
        return link
