"""The commands of `amanat recovery`."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import RECOVERY
from amanat.node.cli.options import Keys, Output, PassphraseFd, PassphraseFile, Yes
from amanat.node.cli.output import Format

Old = Annotated[Path, typer.Option("--genesis", help="The genesis document of the lost chain.")]
Document = Annotated[Path, typer.Argument(help="The genesis document of the successor.")]


@RECOVERY.command("survey")
def survey(
    copies: Annotated[list[Path], typer.Argument(help="Data directories and backups.")],
    genesis: Old,
    output: Output = Format.TABLE,
) -> None:
    """Show the highest certified block in each copy of a chain; changes none."""
    from amanat.node.cli import recovering

    recovering.survey_copies(copies, genesis, output)


@RECOVERY.command("draft")
def draft(
    file: Annotated[Path, typer.Argument(help="Where to put the document; FILE.state, the state.")],
    genesis: Old,
    copy: Annotated[
        list[Path], typer.Option("--copy", help="A data directory or backup: name every one.")
    ],
    network: Annotated[str, typer.Option(help="The successor's name.")],
    authority: Annotated[
        list[str], typer.Option(help="name:sovereign|custodian:new-public-key[:participant]")
    ],
    reason: Annotated[str, typer.Option(help="What happened, in words.")],
    receipt: Annotated[
        list[Path] | None,
        typer.Option("--receipt", help="A receipt proof of the lost chain: is it lost?"),
    ] = None,
    quorum: Annotated[int | None, typer.Option(help="The rule's least by default.")] = None,
    sovereign_min: Annotated[int, typer.Option(help="Sovereign members of a quorum.")] = 1,
    output: Output = Format.TABLE,
) -> None:
    """Write a successor that begins with the highest certified state of all copies."""
    from amanat.node.cli import recovering

    wish = recovering.Wish(
        network, tuple(authority), reason, quorum, sovereign_min, tuple(receipt or ())
    )
    recovering.draft(file, genesis, copy, wish, output)


@RECOVERY.command("sign")
def sign(
    file: Document,
    key: Keys,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    yes: Yes = False,
    output: Output = Format.TABLE,
) -> None:
    """Sign a successor as a sovereign participant of the lost chain."""
    from amanat.node.cli import recovering
    from amanat.node.cli.passphrases import keyring

    keys = keyring(key, passphrase_file, passphrase_fd)
    recovering.sign(file, keys, ask=not yes, output=output)


@RECOVERY.command("gather")
def gather(
    file: Document,
    parts: Annotated[list[Path], typer.Argument(help="The same document, signed by others.")],
    output: Output = Format.TABLE,
) -> None:
    """Put the signatures under several copies of a document into one."""
    from amanat.node.cli import recovering

    recovering.gather(file, parts, output)


@RECOVERY.command("verify")
def verify(
    file: Document,
    genesis: Old,
    copy: Annotated[
        list[Path] | None,
        typer.Option("--copy", help="A data directory or backup: must hold no higher block."),
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="Another successor: who signed both?")
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Check a successor, its state and its seam with the lost chain; exit 3 if one is wrong."""
    from amanat.node.cli import recovering

    recovering.verify(file, genesis, recovering.Beside(tuple(copy or ()), against), output)
