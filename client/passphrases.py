"""Passphrases and PINs from files and open descriptors."""

import os
from pathlib import Path
from typing import Final

from amanat.client.keystore import KeystoreError
from amanat.client.owner_only import mode_for_others

BYTES_MAX: Final = 4096
"""How long a passphrase may be."""


class PassphraseError(KeystoreError):
    """A passphrase cannot be had. The message says why, and holds nothing of it."""


def read_passphrase(path: Path) -> str:
    """Return the passphrase that a file holds, without its line end.

    Raises:
        PassphraseError: the file is missing or can be read by others.
    """
    try:
        mode = path.stat().st_mode & 0o777
        others = mode_for_others(path)
        content = path.read_bytes()
    except OSError as error:
        raise PassphraseError(
            f"the passphrase file {path} cannot be read: {error.strerror}"
        ) from error
    if others:
        raise PassphraseError(
            f"{path} can be read by others (mode {mode:04o}): run chmod 600 {path}"
        )
    return _text(content, f"the passphrase file {path}")


def read_descriptor(descriptor: int) -> str:
    """Return the passphrase that comes from an open descriptor, to its end, without its line end.

    Raises:
        PassphraseError: nothing is open there, or it is no text.
    """
    content = b""
    try:
        while len(content) <= BYTES_MAX and (part := os.read(descriptor, BYTES_MAX)):
            content += part
    except OSError as error:
        raise PassphraseError(
            f"descriptor {descriptor} cannot be read: {error.strerror}: open it for the command, "
            f"as in {descriptor}<FILE"
        ) from error
    return _text(content, f"what descriptor {descriptor} gives")


def _text(content: bytes, what: str) -> str:
    if len(content) > BYTES_MAX:
        raise PassphraseError(f"{what} is longer than {BYTES_MAX} bytes")
    try:
        return content.decode("utf-8").rstrip("\n")
    except UnicodeDecodeError as error:
        raise PassphraseError(f"{what} is not UTF-8 text") from error
