"""Decodes a transaction and checks its signatures, once on each node."""

from amanat.ledger.crypto import verify
from amanat.ledger.transactions import CheckedTransaction, open_transaction, signed_message


class VerifiedTransactions:
    """Remembers transactions whose signatures verified, by their bytes.

    What was decoded and verified at the door need not be again in its block. Both answers are pure
    functions of the bytes, so this changes what they cost and nothing else.
    """

    def __init__(self, capacity: int = 50_000) -> None:
        self._capacity = capacity
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
        for signed in transaction.signatures:
            if not verify(signed.key, message, signed.signature):
                return False
        if len(self._verified) >= self._capacity:
            del self._verified[next(iter(self._verified))]
        self._verified[envelope] = transaction
        return True
