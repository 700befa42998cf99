"""Tells those who wait when a transaction's outcome is final."""

import asyncio

from amanat.ledger.identifiers import Digest


class Finality:
    """Waiters by transaction id."""

    def __init__(self) -> None:
        self._waiters: dict[Digest, asyncio.Future[None]] = {}

    async def wait(self, transaction: Digest, seconds: float) -> bool:
        """Wait until `transaction` is settled, at most `seconds`. Return whether it was."""
        waiter = self._waiters.get(transaction)
        if waiter is None:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters[transaction] = waiter
        try:
            # Shielded: one waiter's timeout must not end the others' wait.
            await asyncio.wait_for(asyncio.shield(waiter), seconds)
        except TimeoutError:
            return False
        return True

    def settle(self, transaction: Digest) -> None:
        """Wake whoever waits for `transaction`."""
        waiter = self._waiters.pop(transaction, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
