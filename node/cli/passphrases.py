"""Keys that sign, opened with a passphrase or PIN from a file, a descriptor or the terminal."""

import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path

from amanat.client.key_source import open_signer, public_key_of
from amanat.client.keystore import KeystoreError
from amanat.client.message_signatures import RequestSigner
from amanat.client.passphrases import read_descriptor, read_passphrase
from amanat.client.signers import Signs
from amanat.ledger.identifiers import PublicKey
from amanat.node.cli.failure import Failure


class Passphrases:
    """Where a command's passphrases come from: one for all its keys, or one typed for each."""

    def __init__(self, file: Path | None = None, descriptor: int | None = None) -> None:
        """Take it from a file or from an open descriptor; ask on the terminal where neither is.

        Raises:
            Failure: both are given.
        """
        if file is not None and descriptor is not None:
            raise Failure("--passphrase-file and --passphrase-fd exclude each other")
        self._file = file
        self._descriptor = descriptor
        self._read: str | None = None

    def of(self, key: str) -> str:
        """Return what opens a key.

        Raises:
            Failure: there is none, or nobody can be asked.
        """
        given = self._given()
        return _asked(f"Passphrase of {key}: ") if given is None else given

    def new(self, key: str) -> str:
        """Return what a new key is to be sealed with; typed twice on the terminal.

        Raises:
            Failure: there is none, it is empty, or the two are not the same.
        """
        given = self._given()
        if given is None:
            given = _asked(f"New passphrase of {key}: ")
            if _asked("The same once more: ") != given:
                raise Failure("the two passphrases are not the same: nothing was made")
        if not given:
            raise Failure("the new passphrase is empty")
        return given

    def _given(self) -> str | None:
        """Return what the file or the descriptor holds, read once; None if neither is given."""
        if self._read is None:
            try:
                if self._file is not None:
                    self._read = read_passphrase(self._file)
                elif self._descriptor is not None:
                    self._read = read_descriptor(self._descriptor)
            except KeystoreError as error:
                raise Failure(str(error)) from error
        return self._read


class Keyring:
    """Some keys, each opened at most once, and not before it is needed."""

    def __init__(self, keys: Sequence[str], passphrases: Passphrases | None = None) -> None:
        """Take key files, and `pkcs11:` URIs of keys in hardware modules.

        Raises:
            Failure: one is no key.
        """
        self.keys = tuple(keys)
        self._passphrases = passphrases or Passphrases()
        self._opened: dict[str, Signs] = {}
        try:
            self.public_keys: tuple[PublicKey, ...] = tuple(public_key_of(each) for each in keys)
        except KeystoreError as error:
            raise Failure(str(error)) from error

    def opened(self) -> list[Signs]:
        """Return each key, opened.

        Raises:
            Failure: a passphrase is missing or wrong.
        """
        return [self._open(each) for each in self.keys]

    def reader(self) -> RequestSigner:
        """Return what signs requests with the first key. Raises as `opened` does."""
        return RequestSigner(self._open(self.keys[0]))

    def _open(self, key: str) -> Signs:
        if key not in self._opened:
            self._opened[key] = open_key(key, self._passphrases)
        return self._opened[key]


def keyring(keys: Sequence[str], file: Path | None, descriptor: int | None) -> Keyring:
    """Return the keys that a command was given, with where their passphrases come from.

    Raises:
        Failure: both a file and a descriptor are given.
    """
    return Keyring(keys, Passphrases(file, descriptor))


def open_key(key: str, passphrases: Passphrases) -> Signs:
    """Open a key, in a file or in a hardware module.

    Raises:
        Failure: it cannot be used.
    """
    try:
        return open_signer(key, lambda: passphrases.of(key))
    except KeystoreError as error:
        raise Failure(str(error)) from error


def _asked(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise Failure("--passphrase-file is missing, and there is no terminal to ask on")
    try:
        return getpass(prompt)
    except EOFError as error:
        raise Failure("no passphrase was typed") from error
