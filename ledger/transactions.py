"""Transactions: a body of operations that succeed or fail together, and signatures over it.

What travels is `SignedTransaction`; the body stands in it as the very bytes that were signed.
The body names the keys that sign it, so that nobody can add a signature to another's order and
burn it by a rule that the added signer breaks. The id is the digest of the body.
"""

from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.crypto import Domain, Sign, digest, domain_message
from amanat.ledger.encoding import EncodingError, Structure, decode, encode
from amanat.ledger.identifiers import Digest, LedgerTime, PublicKey, Signature
from amanat.ledger.operations import AnyOperation
from amanat.ledger.rejections import DoorCode, DoorRefusal

SIGNERS_MAX: Final = 64
"""Keys that sign one transaction."""


class Body(Structure, frozen=True):
    """What is signed."""

    chain: Digest
    valid_until: LedgerTime
    """A block with a later time cannot hold the transaction."""
    nonce: Annotated[bytes, Meta(min_length=8, max_length=32)]
    """Chosen by the client, so that two equal acts are two transactions."""
    signers: Annotated[tuple[PublicKey, ...], Meta(min_length=1, max_length=SIGNERS_MAX)]
    """The keys that sign, sorted, each once: these, all of them, and no other."""
    operations: Annotated[tuple[AnyOperation, ...], Meta(min_length=1)]


class SignedTransaction(Structure, frozen=True):
    """A transaction as it is submitted, stored and executed."""

    body: bytes
    """The canonical encoding of a `Body`."""
    signatures: Annotated[tuple[Signature, ...], Meta(min_length=1, max_length=SIGNERS_MAX)]
    """One of each signer, in the order of the body's `signers`."""


class CheckedTransaction:
    """A well-formed transaction, decoded. Its signatures are not checked by that."""

    __slots__ = ("body", "envelope", "envelope_digest", "id", "signatures")

    def __init__(
        self,
        identifier: Digest,
        body: Body,
        signatures: tuple[Signature, ...],
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


def sign(body: Body, keys: Mapping[PublicKey, Sign]) -> bytes:
    """Return `body` signed by its `signers`, encoded for submission.

    Raises:
        KeyError: `keys` lacks one of the signers.
    """
    encoded = encode(body)
    message = signed_message(transaction_id(encoded))
    return encode(SignedTransaction(encoded, tuple(keys[key](message) for key in body.signers)))


def open_transaction(envelope: bytes, *, bytes_max: int) -> CheckedTransaction:
    """Decode a submitted transaction, accepting the canonical form alone.

    Raises:
        DoorRefusal: `too_large` or `malformed`.
    """
    check_size(envelope, bytes_max)
    try:
        signed = decode(envelope, SignedTransaction)
    except EncodingError as error:
        raise DoorRefusal(DoorCode.MALFORMED, f"the transaction is {error}") from error
    body = open_body(signed.body)
    if len(signed.signatures) != len(body.signers):
        raise DoorRefusal(
            DoorCode.MALFORMED,
            f"it names {len(body.signers)} signers and carries {len(signed.signatures)} "
            "signatures; it takes one of each signer, in their order",
            have=len(signed.signatures),
            need=len(body.signers),
        )
    return CheckedTransaction(transaction_id(signed.body), body, signed.signatures, envelope)


def check_size(envelope: bytes, bytes_max: int) -> None:
    """Check the length of a submitted transaction.

    Raises:
        DoorRefusal: `too_large`.
    """
    if len(envelope) > bytes_max:
        raise DoorRefusal(
            DoorCode.TOO_LARGE,
            f"the transaction has {len(envelope)} bytes; at most {bytes_max} are accepted",
            have=len(envelope),
            may=bytes_max,
        )


def open_body(encoded: bytes) -> Body:
    """Decode the body of a transaction, accepting the canonical form alone.

    Raises:
        DoorRefusal: `malformed`.
    """
    try:
        body = decode(encoded, Body)
    except EncodingError as error:
        raise DoorRefusal(DoorCode.MALFORMED, f"the transaction is {error}") from error
    if any(first >= second for first, second in pairwise(body.signers)):
        raise DoorRefusal(DoorCode.MALFORMED, "the signers must be sorted, each key once")
    return body
