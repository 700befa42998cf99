"""`amanat keys`."""

from pathlib import Path

from amanat.client.keystore import KeystoreError, create, public_key
from amanat.node.cli.failure import Failure
from amanat.node.cli.output import Format, show
from amanat.node.run import StartError, read_passphrase


def new(file: Path, passphrase_file: Path, output: Format) -> None:
    """Make a key and show its public half."""
    try:
        signer = create(file, read_passphrase(passphrase_file))
    except (KeystoreError, StartError, OSError) as error:
        raise Failure(str(error)) from error
    show({"file": str(file), "public_key": signer.public_key.hex()}, output)


def show_public(file: Path, output: Format) -> None:
    """Show the public key of a key file."""
    try:
        shown = public_key(file).hex()
    except KeystoreError as error:
        raise Failure(str(error)) from error
    show({"file": str(file), "public_key": shown}, output)
