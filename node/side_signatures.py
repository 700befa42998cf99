"""Signatures that the protocol does not wait for: receipts of submission, words of readiness.

With a key in a hardware module they are made beside the loop, a few at a time, so that a vote or an
ack never waits behind more than those few.
"""

import asyncio
from typing import Final

from amanat.client.signers import Signs, SignsLater
from amanat.client.signing_failed import SigningFailed
from amanat.ledger.identifiers import Signature

AT_A_TIME: Final = 4
"""How many may wait at a module at once."""

SECONDS: Final = 5.0
"""How long one may take."""


class SideSignatures:
    """Signs with the authority's key without holding up the loop."""

    def __init__(self, signer: Signs, *, seconds: float = SECONDS) -> None:
        self._signer = signer
        self._seconds = seconds
        self._room = asyncio.Semaphore(AT_A_TIME)

    async def sign(self, message: bytes) -> Signature:
        """Return the key's signature over `message`.

        Raises:
            SigningFailed: the module gave none in time.
        """
        if not isinstance(self._signer, SignsLater):
            return self._signer.sign(message)
        try:
            async with asyncio.timeout(self._seconds), self._room:
                return await asyncio.wrap_future(self._signer.begin(message))
        except TimeoutError as error:
            raise SigningFailed(f"the module gave no signature in {self._seconds:g} s") from error
