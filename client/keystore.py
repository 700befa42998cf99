"""Ed25519 keys at rest: sealed by a passphrase with Argon2id and SecretBox (libsodium).

The file is JSON, readable by its owner alone. The public key stands beside the sealed seed, so it
can be shown without the passphrase.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nacl import pwhash, secret, utils
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey

from amanat.client.owner_only import mode_for_others
from amanat.ledger.identifiers import PublicKey, Signature

KIND: Final = "amanat-key-v1"


class KeystoreError(Exception):
    """A key file cannot be used. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id's cost: passes over, and bytes of, memory (RFC 9106)."""

    passes: int
    memory_bytes: int


MODERATE: Final = Cost(pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE)
"""For keys of a real network: about a second to open."""

TEST: Final = Cost(pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN)
"""For keys of a test network, whose passphrase lies beside them anyway."""


class Signer:
    """Signs with one key, and shows nothing of it."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self.public_key: PublicKey = bytes(key.verify_key)

    def __repr__(self) -> str:
        return f"Signer({self.public_key.hex()})"

    def sign(self, message: bytes) -> Signature:
        """Return the key's signature over `message`."""
        return self._key.sign(message).signature

    def seed(self) -> bytes:
        """Return the secret seed, for whoever must hand the key to another library."""
        return bytes(self._key)


def create(path: Path, passphrase: str, *, cost: Cost = MODERATE) -> Signer:
    """Make a new key and seal it into a new file.

    Raises:
        KeystoreError: the file exists; keys are never overwritten.
    """
    signer = Signer(SigningKey.generate())
    seal(path, signer, passphrase, cost=cost)
    return signer


def seal(path: Path, signer: Signer, passphrase: str, *, cost: Cost = MODERATE) -> None:
    """Seal a key into a new file.

    Raises:
        KeystoreError: the file exists; keys are never overwritten.
    """
    _write_new(path, _sealed(signer, passphrase, cost))


def reseal(path: Path, signer: Signer, passphrase: str, *, cost: Cost = MODERATE) -> None:
    """Seal the key of a file with another passphrase, as a whole or not at all.

    The new file is written beside the old one, synced and opened; only then does it take its place.
    What an interrupted attempt left is written anew by the next.

    Raises:
        KeystoreError: the file is of another key, or what was written does not open.
        OSError: it cannot be written; the old file is as it was.
    """
    path = path.resolve()
    if public_key(path) != signer.public_key:
        raise KeystoreError(f"{path} is of another key")
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    _write_new(beside, _sealed(signer, passphrase, cost))
    if open_key(beside, passphrase).public_key != signer.public_key:
        raise KeystoreError(f"{beside} does not open: the key is as it was in {path}")
    beside.replace(path)
    _sync_directory(path.parent)


def public_key(path: Path) -> PublicKey:
    """Return the public key in a key file, without its passphrase.

    Raises:
        KeystoreError: the file is missing or is no key file.
    """
    return _read(path)[0]


def open_key(path: Path, passphrase: str) -> Signer:
    """Open a sealed key.

    Raises:
        KeystoreError: the file is missing, open to others, no key file, or sealed otherwise.
    """
    public, salt, cost, sealed = _read(path)
    if mode_for_others(path):
        mode = path.stat().st_mode & 0o777
        raise KeystoreError(f"{path} can be read by others (mode {mode:04o}): run chmod 600 {path}")
    try:
        seed = secret.SecretBox(_derive(passphrase, salt, cost)).decrypt(sealed)
    except CryptoError as error:
        raise KeystoreError(f"{path}: the passphrase does not open it") from error
    signer = Signer(SigningKey(seed))
    if signer.public_key != public:
        raise KeystoreError(f"{path}: the public key in it is not that of the sealed key")
    return signer


def _sealed(signer: Signer, passphrase: str, cost: Cost) -> dict[str, object]:
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    box = secret.SecretBox(_derive(passphrase, salt, cost))
    return {
        "kind": KIND,
        "public_key": signer.public_key.hex(),
        "argon2id": {
            "salt": salt.hex(),
            "passes": cost.passes,
            "memory_bytes": cost.memory_bytes,
        },
        "sealed": bytes(box.encrypt(signer.seed())).hex(),
    }


def _write_new(path: Path, content: dict[str, object]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeystoreError(f"{path} exists: keys are never overwritten") from error
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> tuple[PublicKey, bytes, Cost, bytes]:
    try:
        content = json.loads(path.read_text())
        if content["kind"] != KIND:
            raise KeystoreError(f"{path} is of kind {content['kind']!r}, not {KIND!r}")
        derivation = content["argon2id"]
        cost = Cost(int(derivation["passes"]), int(derivation["memory_bytes"]))
        public = bytes.fromhex(content["public_key"])
        salt = bytes.fromhex(derivation["salt"])
        sealed = bytes.fromhex(content["sealed"])
    except FileNotFoundError as error:
        raise KeystoreError(f"{path} is missing: run `amanat key new {path}`") from error
    except (ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        raise KeystoreError(f"{path} is not a key file: {error}") from error
    return public, salt, cost, sealed


def _derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return pwhash.argon2id.kdf(
        secret.SecretBox.KEY_SIZE,
        passphrase.encode(),
        salt,
        opslimit=cost.passes,
        memlimit=cost.memory_bytes,
    )
