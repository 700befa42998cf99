"""Transactions: a body of operations that succeed or fail together, and signatures over it.

What travels is `SignedTransaction`; the body stands in it as the very bytes that were signed.
The id is the digest of the body, so other signatures over the same body are the same transaction.
"""

from collections.abc import Iterable
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.crypto import Domain, Sign, digest, domain_message
from amanat.ledger.encoding import EncodingError, Structure, decode, encode
from amanat.ledger.identifiers import Digest, LedgerTime, PublicKey, Signature
from amanat.ledger.operations import AnyOperation
from amanat.ledger.rejections import DoorCode, DoorRefusal

SIGNATURES_MAX: Final = 64
"""Signatures on one transaction."""


class Body(Structure, frozen=True):
    """What is signed."""

    chain: Digest
    valid_until: LedgerTime
    """A block with a later time cannot hold the transaction."""
    nonce: Annotated[bytes, Meta(min_length=8, max_length=32)]
    """Chosen by the client, so that two equal acts are two transactions."""
    operations: Annotated[tuple[AnyOperation, ...], Meta(min_length=1)]


class TransactionSignature(Structure, frozen=True):
    """One key's signature."""

    key: PublicKey
    signature: Signature


class SignedTransaction(Structure, frozen=True):
    """A transaction as it is submitted, stored and executed."""

    body: bytes
    """The canonical encoding of a `Body`."""
    signatures: Annotated[
        tuple[TransactionSignature, ...], Meta(min_length=1, max_length=SIGNATURES_MAX)
    ]
    """Sorted by key, each key once."""


class CheckedTransaction:
    """A well-formed transaction, decoded. Its signatures are not checked by that."""

    __slots__ = ("body", "envelope", "envelope_digest", "id", "signatures")

    def __init__(
        self,
        identifier: Digest,
        body: Body,
        signatures: tuple[TransactionSignature, ...],
        envelope: bytes,
    ) -> None:
        self.id = identifier
        self.body = body
        self.signatures = signatures
        self.envelope = envelope
        self.envelope_digest = sha256(envelope).digest()


def transaction_id(body: bytes) -> Digest:
    """Return the id of the transaction with this encoded body."""
    return digest(Domain.TRANSACTION, body)


def signed_message(transaction: Digest) -> bytes:
    """Return the bytes that each signer signs: the id within its domain."""
    return domain_message(Domain.TRANSACTION, transaction)


def sign(body: Body, signers: Iterable[tuple[PublicKey, Sign]]) -> bytes:
    """Return `body` signed by `signers`, encoded for submission."""
    encoded = encode(body)
    message = signed_message(transaction_id(encoded))
    signatures = [TransactionSignature(key, sign_with(message)) for key, sign_with in signers]
    signatures.sort(key=lambda signature: signature.key)
    return encode(SignedTransaction(encoded, tuple(signatures)))


def open_transaction(envelope: bytes, *, bytes_max: int) -> CheckedTransaction:
    """Decode a submitted transaction, accepting the canonical form alone.

    Raises:
        DoorRefusal: `too_large` or `malformed`.
    """
    if len(envelope) > bytes_max:
        raise DoorRefusal(
            DoorCode.TOO_LARGE,
            f"the transaction has {len(envelope)} bytes; at most {bytes_max} are accepted",
            have=len(envelope),
            may=bytes_max,
        )
    try:
        signed = decode(envelope, SignedTransaction)
        body = decode(signed.body, Body)
    except EncodingError as error:
        raise DoorRefusal(DoorCode.MALFORMED, f"the transaction is {error}") from error
    keys = [signature.key for signature in signed.signatures]
    if any(first >= second for first, second in pairwise(keys)):
        raise DoorRefusal(DoorCode.MALFORMED, "signatures must be sorted by key, each key once")
    return CheckedTransaction(transaction_id(signed.body), body, signed.signatures, envelope)
