"""Decodes a transaction and checks its signatures, once on each node."""

from amanat.ledger.crypto import verify
from amanat.ledger.transactions import CheckedTransaction, open_transaction, signed_message


class VerifiedTransactions:
    """Remembers transactions whose signatures verified, by their bytes.

    What was decoded and verified at the door need not be again in its block. Both answers are pure
    functions of the bytes, so this changes what they cost and nothing else.
    """

    def __init__(self, bytes_max: int = 32 * 1024 * 1024) -> None:
        """`bytes_max` bounds what is remembered, in bytes of transactions."""
        self._bytes_max = bytes_max
        self._bytes = 0
        self._verified: dict[bytes, CheckedTransaction] = {}

    def open(self, envelope: bytes, *, bytes_max: int) -> CheckedTransaction:
        """Return the transaction in `envelope`.

        Raises:
            DoorRefusal: `too_large` or `malformed`.
        """
        known = self._verified.get(envelope)
        if known is None or len(envelope) > bytes_max:
            known = open_transaction(envelope, bytes_max=bytes_max)
        return known

    def verifies(self, transaction: CheckedTransaction) -> bool:
        """Return whether every signature on `transaction` is valid; remember one that is."""
        envelope = transaction.envelope
        if envelope in self._verified:
            return True
        message = signed_message(transaction.id)
        for key, signature in zip(transaction.body.signers, transaction.signatures, strict=True):
            if not verify(key, message, signature):
                return False
        self._verified[envelope] = transaction
        self._bytes += len(envelope)
        while self._bytes > self._bytes_max:
            oldest = next(iter(self._verified))
            del self._verified[oldest]
            self._bytes -= len(oldest)
        return True
