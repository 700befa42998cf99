"""The commands that look at a node's settings and condition."""

from typing import Annotated

import typer

from amanat.node.cli.options import Config, Output, Set
from amanat.node.cli.output import Format

configuration = typer.Typer(help="Show and check a node's settings.", no_args_is_help=True)


@configuration.command("show")
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


@configuration.command("check")
def config_check(config: Config, set_: Set = None, output: Output = Format.TABLE) -> None:
    """Check settings, files, their modes and ports; exits with 3 if something must be mended."""
    from amanat.node.cli import examining

    examining.check(config, set_ or (), output)


def doctor(config: Config, set_: Set = None, output: Output = Format.TABLE) -> None:
    """Examine a node, before or after it is started; exits with 3 if something must be mended."""
    from amanat.node.cli import examining

    examining.doctor(config, set_ or (), output)
