"""Digests and signatures, each bound to one purpose.

Nothing signed for one purpose can serve for another: the signed message starts with its domain,
and every signed structure names its chain. One rule decides whether a signature is valid
everywhere: libsodium's, as PyNaCl applies it (it refuses small-order keys and S values out of
range, which other libraries accept).

Creating keys and reading secrets is not here: a signer is handed in by whoever holds the key.
"""

from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import CryptoError

from amanat.ledger.identifiers import Digest, PublicKey, Signature


class Domain(StrEnum):
    """What a digest or signature is for; it is the first part of what is hashed and signed."""

    GENESIS = "amanat/genesis/v1"
    GENESIS_CONSENT = "amanat/genesis-consent/v1"
    RECOVERY = "amanat/recovery/v1"
    TRANSACTION = "amanat/transaction/v1"
    BLOCK = "amanat/block/v1"
    CONFIGURATION = "amanat/configuration/v1"
    LEADER_CERTIFICATE = "amanat/leader-certificate/v1"
    PROPOSAL = "amanat/proposal/v1"
    OFFER = "amanat/offer/v1"
    PAYLOAD = "amanat/payload/v1"
    VOTE = "amanat/vote/v1"
    ACK = "amanat/ack/v1"
    HANDOVER = "amanat/handover/v1"
    READY = "amanat/ready/v1"
    JOIN_REQUEST = "amanat/join-request/v1"
    SUBMISSION = "amanat/submission/v1"
    EVIDENCE = "amanat/evidence/v1"
    RECEIPT = "amanat/receipt/v1"
    EXECUTED = "amanat/executed/v1"
    PROPOSED_OPERATIONS = "amanat/proposed-operations/v1"
    RECORD = "amanat/record/v1"
    TRAVEL_DATA = "amanat/travel-data/v1"
    STATEMENT = "amanat/statement/v1"


Sign = Callable[[bytes], Signature]
"""Signs a message with one key. Ed25519 is deterministic: same message, same signature."""


def domain_message(domain: Domain, payload: bytes) -> bytes:
    """Return `payload` behind its domain and a zero byte: what is hashed or signed."""
    return domain.encode() + b"\x00" + payload


def digest(domain: Domain, payload: bytes) -> Digest:
    """Return the SHA-256 digest of `payload` within `domain`."""
    return sha256(domain.encode() + b"\x00" + payload).digest()


def verify(key: PublicKey, message: bytes, signature: Signature) -> bool:
    """Return whether libsodium accepts `signature` by `key` over `message`."""
    if len(signature) != 64 or len(key) != 32:
        # libsodium takes both in one buffer: a longer signature would be read as message.
        return False
    try:
        crypto_sign_open(signature + message, key)
    except (CryptoError, ValueError):
        return False
    return True


def is_valid_key(key: bytes) -> bool:
    """Return whether `key` is a canonical point of the main subgroup, not of small order.

    Checked once, when a key is registered (RFC 8032; libsodium's `crypto_core_ed25519`).
    """
    return len(key) == 32 and crypto_core_ed25519_is_valid_point(key)
