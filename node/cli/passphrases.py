"""Keys that sign, opened with a passphrase from a file or asked on the terminal."""

import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path

from amanat.ledger.identifiers import PublicKey
from amanat.node.cli.failure import Failure
from amanat.node.keystore import KeystoreError, Signer, open_key, public_key
from amanat.node.run import StartError, read_passphrase


def public_keys(files: Sequence[Path]) -> list[PublicKey]:
    """Return the public half of each key file; needs no passphrase."""
    try:
        return [public_key(each) for each in files]
    except KeystoreError as error:
        raise Failure(str(error)) from error


def open_all(files: Sequence[Path], passphrase_file: Path | None) -> list[Signer]:
    """Open each key: all with the passphrase in the file, or each with what is typed for it."""
    try:
        if passphrase_file is not None:
            passphrase = read_passphrase(passphrase_file)
            return [open_key(each, passphrase) for each in files]
        return [open_key(each, _asked(each)) for each in files]
    except (KeystoreError, StartError) as error:
        raise Failure(str(error)) from error


def _asked(key: Path) -> str:
    if not sys.stdin.isatty():
        raise Failure("--passphrase-file is missing, and there is no terminal to ask on")
    try:
        return getpass(f"Passphrase of {key}: ")
    except EOFError as error:
        raise Failure("no passphrase was typed") from error
