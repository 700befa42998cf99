"""`amanat key`: make, show, seal anew."""

from pathlib import Path

from amanat.client import keystore
from amanat.client.hardware.address import is_address
from amanat.client.key_source import make_in_module, public_key_of
from amanat.client.keystore import KeystoreError
from amanat.config.words import key_words
from amanat.ledger.identifiers import PublicKey
from amanat.node.cli.failure import Failure
from amanat.node.cli.output import Format, show
from amanat.node.cli.passphrases import Passphrases


def new(key: str, passphrases: Passphrases, output: Format) -> None:
    """Make a key and show its public half."""
    if is_address(key):
        raise Failure(f"{key} is no file: run `amanat key new --pkcs11 URI`")
    file = Path(key)
    if file.exists():
        raise Failure(f"{file} exists: keys are never overwritten")
    try:
        made = keystore.create(file, passphrases.new(key)).public_key
    except (KeystoreError, OSError) as error:
        raise Failure(str(error)) from error
    show({"file": str(file), **_told(made)}, output)


def new_in_module(uri: str, passphrases: Passphrases, output: Format) -> None:
    """Make a key in a hardware module and show its public half."""
    try:
        made = make_in_module(uri, lambda: passphrases.of(uri))
    except KeystoreError as error:
        raise Failure(str(error)) from error
    show({"key": uri, **_told(made)}, output)


def show_public(key: str, output: Format) -> None:
    """Show the public half of a key."""
    try:
        shown = public_key_of(key)
    except KeystoreError as error:
        raise Failure(str(error)) from error
    show({"key" if is_address(key) else "file": key, **_told(shown)}, output)


def change_passphrase(
    file: Path, present: Passphrases, following: Passphrases, output: Format
) -> None:
    """Seal a key with another passphrase. The file is the old or the new one, never half of it."""
    if is_address(str(file)):
        raise Failure("a hardware module changes its PIN with its own tools")
    try:
        keystore.public_key(file)
        opened = keystore.open_key(file, present.of(str(file)))
        keystore.reseal(file, opened, following.new(str(file)))
    except (KeystoreError, OSError) as error:
        raise Failure(str(error)) from error
    show({"file": str(file), **_told(opened.public_key)}, output)


def _told(key: PublicKey) -> dict[str, str]:
    """Return a public key as it is written, and as it is said."""
    return {"public_key": key.hex(), "words": " ".join(key_words(key))}
