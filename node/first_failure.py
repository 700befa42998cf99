"""The failure that a node ends with."""

import asyncio

from amanat.client.signing_failed import SigningFailed
from amanat.ledger.crypto import Sign
from amanat.ledger.identifiers import Signature


class FirstFailure:
    """Keeps the first of what went wrong, for whoever waits to end the node with it."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()
        self._error: Exception | None = None

    def note(self, error: Exception) -> None:
        """Something went wrong after which nothing may go on."""
        self._error = self._error or error
        self._happened.set()

    def unless_signed(self, sign: Sign) -> Sign:
        """Return `sign` such that the node ends once it fails: what waited for it is half done."""

        def signed(message: bytes) -> Signature:
            if self._error is not None:
                raise SigningFailed(f"nothing is signed any more: {self._error}")
            try:
                return sign(message)
            except SigningFailed as failed:
                self.note(failed)
                raise

        return signed

    async def raised(self) -> None:
        """Wait for it, and raise it."""
        await self._happened.wait()
        if self._error is not None:
            raise self._error
