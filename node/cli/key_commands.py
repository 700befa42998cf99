"""The commands of `amanat keys`."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.options import Output, PassphraseFd, PassphraseFile
from amanat.node.cli.output import Format

keys = typer.Typer(name="keys", help="Make, show and keep keys.", no_args_is_help=True)


@keys.command("new")
def keys_new(
    file: Annotated[str | None, typer.Argument(help="Where to put the sealed key.")] = None,
    pkcs11: Annotated[
        str | None, typer.Option(help="Make it in this hardware module instead: a pkcs11: URI.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    output: Output = Format.TABLE,
) -> None:
    """Make an Ed25519 key, sealed by a passphrase or in a hardware module. Never overwrites."""
    from amanat.node.cli import key_files
    from amanat.node.cli.failure import Failure
    from amanat.node.cli.passphrases import Passphrases

    passphrases = Passphrases(passphrase_file, passphrase_fd)
    if file is not None and pkcs11 is None:
        key_files.new(file, passphrases, output)
    elif pkcs11 is not None and file is None:
        key_files.new_in_module(pkcs11, passphrases, output)
    else:
        raise Failure("name either a file for the key, or its place in a module with --pkcs11")


@keys.command("show")
def keys_show(
    key: Annotated[str, typer.Argument(help="A sealed key file, or a pkcs11: URI.")],
    output: Output = Format.TABLE,
) -> None:
    """Show the public half of a key; needs no passphrase and no PIN."""
    from amanat.node.cli import key_files

    key_files.show_public(key, output)


@keys.command("passphrase")
def keys_passphrase(
    file: Annotated[Path, typer.Argument(help="A sealed key.")],
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    new_passphrase_file: Annotated[
        Path | None, typer.Option(help="Holds the new one; asked on the terminal if none.")
    ] = None,
    new_passphrase_fd: Annotated[
        int | None, typer.Option(min=0, help="The open descriptor to read the new one from.")
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Change the passphrase of a key file, as a whole or not at all."""
    from amanat.node.cli import key_files
    from amanat.node.cli.passphrases import Passphrases

    present = Passphrases(passphrase_file, passphrase_fd)
    following = Passphrases(new_passphrase_file, new_passphrase_fd)
    key_files.change_passphrase(file, present, following, output)
