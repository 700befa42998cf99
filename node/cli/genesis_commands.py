"""The commands of `amanat genesis`."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import GENESIS
from amanat.node.cli.options import Api, Keys, Output, PassphraseFd, PassphraseFile
from amanat.node.cli.output import Format

SignaturesFile = Annotated[
    Path | None,
    typer.Option("--signatures", help="The file of signatures; FILE.signatures if not said."),
]


@GENESIS.command("create")
def genesis_create(
    file: Annotated[Path, typer.Argument(help="Where to put the document.")],
    network: Annotated[str, typer.Option(help="The network's name.")],
    authority: Annotated[list[str], typer.Option(help="name:sovereign|custodian:public-key")],
    participant: Annotated[list[str], typer.Option(help="name:role[,role]:public-key")],
    quorum: Annotated[int | None, typer.Option(help="The rule's least by default.")] = None,
    sovereign_min: Annotated[int, typer.Option(help="Sovereign members of a quorum.")] = 1,
    two_thirds: Annotated[
        bool, typer.Option("--two-thirds", help="Be safe against authorities that lie.")
    ] = False,
    output: Output = Format.TABLE,
) -> None:
    """Write a genesis document with the standard policies and limits. Never overwrites."""
    from amanat.node.cli import genesis_documents

    choice = genesis_documents.QuorumChoice(quorum, sovereign_min, two_thirds=two_thirds)
    genesis_documents.create(file, network, authority, participant, choice=choice, output=output)


@GENESIS.command("show")
def genesis_show(file: Annotated[Path, typer.Argument()], output: Output = Format.TABLE) -> None:
    """Show what a genesis document founds."""
    from amanat.node.cli import genesis_documents

    genesis_documents.describe(file, output)


@GENESIS.command("fetch")
def genesis_fetch(
    file: Annotated[Path, typer.Argument(help="Where to put the document.")],
    fingerprint: Annotated[
        str | None, typer.Option(help="As it was read to you: save no other document.")
    ] = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Save the genesis document that a node shows, and show its fingerprint. Never overwrites."""
    from amanat.node.cli import fetching

    fetching.genesis(file, fingerprint, api or [], output)


@GENESIS.command("verify")
def genesis_verify(
    file: Annotated[Path, typer.Argument(help="The document.")],
    fingerprint: Annotated[
        str | None, typer.Option(help="As it was read to you: the groups, or the twelve words.")
    ] = None,
    signed: Annotated[
        bool, typer.Option("--signed", help="Every authority must have signed it.")
    ] = False,
    signatures: SignaturesFile = None,
    output: Output = Format.TABLE,
) -> None:
    """Check that a document is sound, is the one you were told of, and who signed it."""
    from amanat.node.cli import genesis_documents

    expected = genesis_documents.Expected(fingerprint, signatures, signed=signed)
    genesis_documents.check(file, expected, output)


@GENESIS.command("sign")
def genesis_sign(
    file: Annotated[Path, typer.Argument(help="The document.")],
    key: Keys,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    signatures: SignaturesFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to sign.")] = False,
    output: Output = Format.TABLE,
) -> None:
    """Sign a document as an authority in it, into a file beside it."""
    from amanat.node.cli import genesis_signing
    from amanat.node.cli.passphrases import Keyring, Passphrases

    keys = Keyring(key, Passphrases(passphrase_file, passphrase_fd))
    genesis_signing.sign(file, keys, signatures, ask=not yes, output=output)


@GENESIS.command("gather")
def genesis_gather(
    file: Annotated[Path, typer.Argument(help="The document.")],
    parts: Annotated[list[Path], typer.Argument(help="Files with signatures of some.")],
    signatures: SignaturesFile = None,
    output: Output = Format.TABLE,
) -> None:
    """Put the signatures of several authorities into one file beside the document."""
    from amanat.node.cli import genesis_signing

    genesis_signing.gather(file, parts, signatures, output)
