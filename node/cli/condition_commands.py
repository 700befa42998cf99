"""The commands that look at a node's settings and condition."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import CONFIG
from amanat.node.cli.options import Config, Output, Set
from amanat.node.cli.output import Format


@CONFIG.command("show")
def config_show(
    config: Config,
    effective: Annotated[
        bool, typer.Option("--effective", help="Defaults too, not only what is set.")
    ] = False,
    source: Annotated[bool, typer.Option("--source", help="Where each value comes from.")] = False,
    set_: Set = None,
    output: Output = Format.TABLE,
) -> None:
    """Show a node's settings; of secrets only the paths are settings."""
    from amanat.node.cli import examining

    examining.configuration(config, set_ or (), output, effective=effective, source=source)


@CONFIG.command("check")
def config_check(config: Config, set_: Set = None, output: Output = Format.TABLE) -> None:
    """Check settings, files, their modes and ports; exits with 3 if something must be mended."""
    from amanat.node.cli import examining

    examining.check(config, set_ or (), output)


def doctor(config: Config, set_: Set = None, output: Output = Format.TABLE) -> None:
    """Examine a node, before or after it is started; exits with 3 if something must be mended."""
    from amanat.node.cli import examining

    examining.doctor(config, set_ or (), output)


def support_bundle(
    config: Config,
    log: Annotated[
        Path | None, typer.Option(help="The file that the node's log goes to: its last lines.")
    ] = None,
    blocks: Annotated[
        int, typer.Option(min=1, max=100, help="Headers of so many of the last blocks.")
    ] = 20,
    unredacted: Annotated[
        bool,
        typer.Option("--unredacted", help="Transactions and whole log lines too: confidential."),
    ] = False,
    save: Annotated[Path | None, typer.Option("--save", help="Into this new file.")] = None,
    set_: Set = None,
    output: Output = Format.TABLE,
) -> None:
    """Put what whoever helps must see of a node into a .tar.gz; nothing secret is in it."""
    from amanat.node.cli import support_bundle as collecting

    wanted = collecting.Wanted(log, blocks, unredacted)
    collecting.collect(config, set_ or (), wanted, save, output)
