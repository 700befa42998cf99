"""Checks a transaction's signatures, once on each node."""

from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import Digest
from amanat.ledger.transactions import CheckedTransaction, signed_message


class SignatureCache:
    """Remembers transactions whose signatures verified, by the digest of all their bytes.

    What was verified at the door need not be verified again in its block. The answer is a pure
    function of the bytes, so the cache changes cost and nothing else.
    """

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity
        self._verified: dict[Digest, None] = {}

    def verifies(self, transaction: CheckedTransaction) -> bool:
        """Return whether every signature on `transaction` is valid."""
        if transaction.envelope_digest in self._verified:
            return True
        message = signed_message(transaction.id)
        for signed in transaction.signatures:
            if not verify(signed.key, message, signed.signature):
                return False
        if len(self._verified) >= self._capacity:
            del self._verified[next(iter(self._verified))]
        self._verified[transaction.envelope_digest] = None
        return True
