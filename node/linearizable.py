"""Linearizable reads at this node: whoever reads sees all that was final when it asked."""

import asyncio
from collections.abc import Callable

from amanat.consensus.interface import Read, ReadIndex


class ReadIndexes:
    """Asks consensus for read indexes, one at a time.

    Reads that begin while a question is under way share the next one; they may not share the one
    under way, which knows nothing of what became final since.
    """

    def __init__(self, ask: Callable[[Read], None], *, first: int) -> None:
        """`first` numbers the first question; it tells one life of a node from every other.

        An answer to a question of an earlier life may still be on its way, and is out of date.
        """
        self._ask = ask
        self._last = first - 1
        self._asked: tuple[int, asyncio.Future[int]] | None = None
        """The number of the first question whose answer counts, and who waits for it."""
        self._next: asyncio.Future[int] | None = None

    async def height(self, seconds: float) -> int | None:
        """Return a height at which a read that begins now is up to date.

        None if no leader could be asked within `seconds`.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._height()
        except TimeoutError:
            return None

    def found(self, read: ReadIndex) -> None:
        """Consensus has answered; without a height, it is asked again at the next tick."""
        if self._asked is None or read.height is None:
            return
        if not self._asked[0] <= read.number <= self._last:
            return
        _, answer = self._asked
        self._asked = None
        answer.set_result(read.height)
        self._ask_next()

    def tick(self) -> None:
        """Let one tick pass: what may have been lost on the way is asked again."""
        if self._asked is not None:
            self._ask(Read(self._next_number()))

    async def _height(self) -> int:
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        waiting = self._next
        if self._asked is None:
            self._ask_next()
        # Shielded: one reader's timeout must not end the others' wait.
        return await asyncio.shield(waiting)

    def _ask_next(self) -> None:
        if self._next is None:
            return
        self._asked, self._next = (self._next_number(), self._next), None
        self._ask(Read(self._asked[0]))

    def _next_number(self) -> int:
        self._last += 1
        return self._last
