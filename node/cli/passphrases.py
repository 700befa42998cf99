"""Keys that sign, opened with a passphrase from a file or asked on the terminal."""

import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path

from amanat.client.keystore import KeystoreError, Signer, open_key, public_key
from amanat.client.message_signatures import RequestSigner
from amanat.ledger.identifiers import PublicKey
from amanat.node.cli.failure import Failure
from amanat.node.run import StartError, read_passphrase


class Keyring:
    """Some key files, each opened at most once, and not before it is needed."""

    def __init__(self, files: Sequence[Path], passphrase_file: Path | None = None) -> None:
        """Take the passphrase of all of them from a file, or ask for each on the terminal.

        Raises:
            Failure: a file is no key.
        """
        self.files = tuple(files)
        self._passphrase_file = passphrase_file
        self._opened: dict[Path, Signer] = {}
        try:
            self.public_keys: tuple[PublicKey, ...] = tuple(public_key(each) for each in files)
        except KeystoreError as error:
            raise Failure(str(error)) from error

    def opened(self) -> list[Signer]:
        """Return each key, opened.

        Raises:
            Failure: a passphrase is missing or wrong.
        """
        return [self._open(each) for each in self.files]

    def reader(self) -> RequestSigner:
        """Return what signs requests with the first key. Raises as `opened` does."""
        return RequestSigner(self._open(self.files[0]))

    def _open(self, file: Path) -> Signer:
        if file not in self._opened:
            try:
                self._opened[file] = open_key(file, self._passphrase(file))
            except (KeystoreError, StartError) as error:
                raise Failure(str(error)) from error
        return self._opened[file]

    def _passphrase(self, file: Path) -> str:
        if self._passphrase_file is None:
            return _asked(file)
        return read_passphrase(self._passphrase_file)


def _asked(key: Path) -> str:
    if not sys.stdin.isatty():
        raise Failure("--passphrase-file is missing, and there is no terminal to ask on")
    try:
        return getpass(f"Passphrase of {key}: ")
    except EOFError as error:
        raise Failure("no passphrase was typed") from error
