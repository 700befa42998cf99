"""Checks what nodes say against the genesis document alone, by the verifier."""

from dataclasses import dataclass

from amanat.client.receipts import ProvedBalance, ProvedMoment, Receipt
from amanat.ledger.encoding import EncodingError, decode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.ledger.receipts import Applied
from amanat.ledger.receipts import Receipt as LedgerReceipt
from amanat.verifier import Balance, ClosingBalance, Finding, Invalid, Outcome, verify
from amanat.verifier.decoding import pack, unpack
from amanat.verifier.moments import verify_moment


class NotProved(Exception):  # noqa: N818 - what it is
    """What a node said does not follow from what it showed. The message says where it fails."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """The network that is believed, by its genesis document."""

    genesis: bytes
    """The canonical encoding."""
    chain: Digest

    @classmethod
    def of(cls, document: GenesisDocument) -> "Proofs":
        """Return what is checked against this document."""
        return cls(document.canonical(), document.chain_id())

    def balance(self, proof: bytes, account: str, instrument: str) -> ProvedBalance:
        """Return the holding that a bundle proves.

        Raises:
            NotProved: it is not valid, or of another holding.
        """
        found = self._checked(proof)
        held = found.proved
        if not isinstance(held, Balance) or (held.account, held.instrument) != (
            account,
            instrument,
        ):
            raise NotProved(f"it proves {held}, not what {account} holds of {instrument}")
        place = (found.height, found.time, found.signers)
        day = held.day if isinstance(held, ClosingBalance) else None
        return ProvedBalance(account, instrument, held.amount, held.reserved, *place, proof, day)

    def receipt(self, proof: bytes, transaction: Digest) -> Receipt:
        """Return the receipt that a bundle proves.

        Raises:
            NotProved: it is not valid, or of another transaction.
        """
        found = self._checked(proof)
        if not isinstance(found.proved, Outcome) or found.proved.transaction != transaction.hex():
            raise NotProved(f"it proves {found.proved}, not what became of {transaction.hex()}")
        try:
            outcome = decode(pack(unpack("receipt", proof)[4]), LedgerReceipt).outcome
        except EncodingError as error:
            raise NotProved(f"the receipt is {error}") from error
        place = (found.height, found.time, found.signers)
        if isinstance(outcome, Applied):
            events = outcome.events
            return Receipt(transaction.hex(), True, *place, events, None, None, {}, proof)  # noqa: FBT003
        told = (outcome.code, outcome.operation, outcome.figures)
        return Receipt(transaction.hex(), False, *place, (), *told, proof)  # noqa: FBT003

    def moment(self, proof: bytes) -> ProvedMoment:
        """Return the time of a final block that a part of a record proves.

        Raises:
            NotProved: it is not valid.
        """
        try:
            found = verify_moment(self.genesis, proof)
        except Invalid as invalid:
            raise NotProved(str(invalid)) from invalid
        return ProvedMoment(found.height, found.time, proof)

    def _checked(self, proof: bytes) -> Finding:
        try:
            return verify(self.genesis, proof)
        except Invalid as invalid:
            raise NotProved(str(invalid)) from invalid
