"""The commands of `amanat key`."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import KEY
from amanat.node.cli.options import Output, PassphraseFd, PassphraseFile
from amanat.node.cli.output import Format


@KEY.command("new")
def key_new(
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


@KEY.command("show")
def key_show(
    key: Annotated[str, typer.Argument(help="A sealed key file, or a pkcs11: URI.")],
    output: Output = Format.TABLE,
) -> None:
    """Show the public half of a key; needs no passphrase and no PIN."""
    from amanat.node.cli import key_files

    key_files.show_public(key, output)


@KEY.command("passphrase")
def key_passphrase(
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


@KEY.command("split")
def key_split(
    key: Annotated[str, typer.Argument(help="A sealed key.")],
    into: Annotated[Path, typer.Option(help="A new directory, for a file of each share.")],
    shares: Annotated[int, typer.Option(help="How many shares to make, at most 16.")] = 5,
    threshold: Annotated[int, typer.Option(help="How many bring the key back, 2 or more.")] = 3,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    output: Output = Format.TABLE,
) -> None:
    """Split a key into shares (SLIP-39), for as many people to keep."""
    from amanat.node.cli import key_shares
    from amanat.node.cli.passphrases import Passphrases

    passphrases = Passphrases(passphrase_file, passphrase_fd)
    key_shares.split_key(key, passphrases, into, shares=shares, threshold=threshold, output=output)


@KEY.command("combine")
def key_combine(
    file: Annotated[Path, typer.Argument(help="Where to put the sealed key.")],
    share: Annotated[list[Path] | None, typer.Argument(help="Files of shares.")] = None,
    words: Annotated[
        bool, typer.Option("--words", help="Read shares as words, a share in each line.")
    ] = False,
    public_key: Annotated[
        str | None, typer.Option(help="With --words: which key it has to be.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    output: Output = Format.TABLE,
) -> None:
    """Put a key together from its shares, and seal it by a new passphrase. Never overwrites."""
    from amanat.node.cli import key_shares
    from amanat.node.cli.failure import Failure
    from amanat.node.cli.passphrases import Passphrases

    passphrases = Passphrases(passphrase_file, passphrase_fd)
    if words and not share:
        key_shares.combine_typed(file, public_key, passphrases, output)
    elif share and not words:
        key_shares.combine_files(file, share, passphrases, output)
    else:
        raise Failure("name either the files of the shares, or --words")


@KEY.command("sheet")
def key_sheet(file: Annotated[Path, typer.Argument(help="The file of a share.")]) -> None:
    """Print a share as a sheet of paper with numbered words."""
    from amanat.node.cli import key_shares

    key_shares.sheet(file)


@KEY.command("ceremony")
def key_ceremony(
    name: Annotated[str, typer.Argument(help="What the key is for, such as mof.")],
    directory: Annotated[Path, typer.Argument(help="A new directory for what is made.")],
    shares: Annotated[int, typer.Option(help="How many shares to make, at most 16.")] = 5,
    threshold: Annotated[int, typer.Option(help="How many bring the key back, 2 or more.")] = 3,
    pkcs11: Annotated[
        str | None, typer.Option(help="Make it in this hardware module, and no shares.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
) -> None:
    """Guide officers through making a key and handing out its shares, with a transcript."""
    from amanat.node.cli import ceremony
    from amanat.node.cli.passphrases import Passphrases

    passphrases = Passphrases(passphrase_file, passphrase_fd)
    ceremony.hold(name, directory, passphrases, split=(shares, threshold), pkcs11=pkcs11)
