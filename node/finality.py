"""Tells those who wait when a transaction's outcome is final."""

import asyncio

from amanat.ledger.identifiers import Digest


class Finality:
    """Waiters by transaction id, kept for as long as they wait."""

    def __init__(self) -> None:
        self._waiters: dict[Digest, set[asyncio.Future[None]]] = {}

    async def wait(self, transaction: Digest, seconds: float) -> bool:
        """Wait until `transaction` is settled, at most `seconds`. Return whether it was."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiters = self._waiters.setdefault(transaction, set())
        waiters.add(waiter)
        try:
            await asyncio.wait_for(waiter, seconds)
        except TimeoutError:
            return False
        finally:
            # Anybody may ask about any id: nothing of it may stay when nobody waits any more.
            waiters.discard(waiter)
            if not waiters and self._waiters.get(transaction) is waiters:
                del self._waiters[transaction]
        return True

    def settle(self, transaction: Digest) -> None:
        """Wake whoever waits for `transaction`."""
        for waiter in self._waiters.pop(transaction, ()):
            if not waiter.done():
                waiter.set_result(None)
