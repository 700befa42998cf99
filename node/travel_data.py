"""Travel data: a file on originator and beneficiary, sealed to those who may know (FATF rec. 16).

It never enters the ledger. A transfer carries a digest of it, made with a random salt that is
sealed with the content: whoever opens the file can compute the digest, and whoever has the digest
alone can guess no name from it. All who open it read the same, or the digest would not be the same.

The content is encrypted once, under a random key (SecretBox), and that key is sealed to each
recipient's key (SealedBox, over the X25519 form of its Ed25519 key; libsodium).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.secret import SecretBox
from nacl.signing import SigningKey, VerifyKey
from nacl.utils import random

from amanat.client.keystore import Signer
from amanat.client.signers import Signs
from amanat.ledger.crypto import Domain, digest
from amanat.ledger.identifiers import Digest, PublicKey

KIND: Final = "amanat-travel-data-v1"
SALT_BYTES: Final = 32
BYTES_MAX: Final = 1024 * 1024
"""The longest file that is opened."""


class TravelDataError(Exception):
    """A file cannot be sealed or opened. The message says why."""


@dataclass(frozen=True, slots=True)
class TravelData:
    """What was in a sealed file, and the digest that stands for it on the ledger."""

    content: bytes
    digest: Digest


def seal(content: bytes, recipients: Iterable[PublicKey]) -> tuple[bytes, Digest]:
    """Return `content` sealed to these keys, and its digest.

    Raises:
        TravelDataError: it is no JSON object, or a key cannot be sealed to.
    """
    _check_object(content)
    salted = random(SALT_BYTES) + content
    key = random(SecretBox.KEY_SIZE)
    named = digest(Domain.TRAVEL_DATA, salted)
    sealed = {
        "kind": KIND,
        "digest": named.hex(),
        "keys": {each.hex(): _sealed_to(each, key).hex() for each in sorted(set(recipients))},
        "sealed": bytes(SecretBox(key).encrypt(salted)).hex(),
    }
    return json.dumps(sealed, indent=2).encode() + b"\n", named


def unseal(sealed: bytes, signer: Signs) -> TravelData:
    """Return what is in a sealed file, with the digest computed from it.

    Raises:
        TravelDataError: it is no such file, is not for this key, was altered, or names a digest
            that is not its own.
    """
    keys, box, named = _parts(sealed)
    own = keys.get(signer.public_key.hex())
    if own is None:
        raise TravelDataError(f"it is not sealed to the key {signer.public_key.hex()}")
    if not isinstance(signer, Signer):
        raise TravelDataError(
            "a key in a hardware module signs and opens nothing: use another key of the participant"
        )
    try:
        opener = SealedBox(SigningKey(signer.seed()).to_curve25519_private_key())
        salted = SecretBox(opener.decrypt(bytes.fromhex(own))).decrypt(box)
    except (CryptoError, ValueError) as error:
        raise TravelDataError("it was altered: the key does not open it") from error
    computed = digest(Domain.TRAVEL_DATA, salted)
    if computed.hex() != named:
        raise TravelDataError(f"it says its digest is {named}, and it is {computed.hex()}")
    return TravelData(salted[SALT_BYTES:], computed)


def _sealed_to(recipient: PublicKey, key: bytes) -> bytes:
    try:
        box = SealedBox(VerifyKey(recipient).to_curve25519_public_key())
    except (CryptoError, RuntimeError, ValueError) as error:
        raise TravelDataError(f"nothing can be sealed to the key {recipient.hex()}") from error
    return box.encrypt(key)


def _check_object(content: bytes) -> None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise TravelDataError(f"it is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise TravelDataError("it is not a JSON object")


def _parts(sealed: bytes) -> tuple[dict[str, str], bytes, str]:
    if len(sealed) > BYTES_MAX:
        raise TravelDataError(f"it has {len(sealed)} bytes; at most {BYTES_MAX} are opened")
    try:
        found: dict[str, Any] = json.loads(sealed)
        if found["kind"] != KIND:
            raise TravelDataError(f"it is of the kind {found['kind']!r}, not {KIND}")
        keys = {str(key): str(value) for key, value in found["keys"].items()}
        return keys, bytes.fromhex(found["sealed"]), str(found["digest"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TravelDataError("it is not a file that `amanat travel-data seal` made") from error
