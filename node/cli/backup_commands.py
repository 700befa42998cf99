"""`amanat backup`: the tree of its commands."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import BACKUP
from amanat.node.cli.options import Config, Output
from amanat.node.cli.output import Format

Folder = Annotated[Path, typer.Argument(help="The folder in which backups are kept.")]
Which = Annotated[
    Path, typer.Argument(help="A backup, or a folder of backups: then the last one in it.")
]
Document = Annotated[Path, typer.Option("--genesis", help="The genesis document.")]


@BACKUP.command("create")
def create(config: Config, folder: Folder, output: Output = Format.TABLE) -> None:
    """Back up a node's data, while it runs or not; verified before it counts."""
    from amanat.node.cli import backups

    backups.create(config, folder, output)


@BACKUP.command("verify")
def verify(which: Which, genesis: Document, output: Output = Format.TABLE) -> None:
    """Check a backup's files, and its state against what authorities certified; else exit 3."""
    from amanat.node.cli import backups

    backups.verify(which, genesis, output)


@BACKUP.command("list")
def list_all(folder: Folder, output: Output = Format.TABLE) -> None:
    """Show the backups in a folder, the oldest first."""
    from amanat.node.cli import backups

    backups.show_all(folder, output)


@BACKUP.command("prune")
def prune(
    folder: Folder,
    keep: Annotated[int, typer.Option(min=1, help="How many of the last to keep.")],
    output: Output = Format.TABLE,
) -> None:
    """Remove all backups but the last ones."""
    from amanat.node.cli import backups

    backups.prune(folder, keep, output)


@BACKUP.command("restore")
def restore(which: Which, config: Config, output: Output = Format.TABLE) -> None:
    """Make a lost data directory from a backup. Never overwrites; the node signs nothing then."""
    from amanat.node.cli import backups

    backups.restore(which, config, output)
