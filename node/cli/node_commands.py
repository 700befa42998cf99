"""The commands of `amanat node`."""

import typer

from amanat.node.cli import reader_commands
from amanat.node.cli.options import Config, Output
from amanat.node.cli.output import Format

node = typer.Typer(name="node", help="What operators do with a node.", no_args_is_help=True)
node.command("access-log")(reader_commands.access_log)


@node.command("drain")
def node_drain(config: Config, output: Output = Format.TABLE) -> None:
    """Let a running node give up leadership for good, so that stopping it costs no write."""
    from amanat.node.cli import draining

    draining.drain(config, output)


@node.command("program")
def node_program(output: Output = Format.TABLE) -> None:
    """Show this program's version and digest; two machines with the same digest run the same."""
    from amanat.node.cli.output import show
    from amanat.node.program import program_digest
    from amanat.node.version import VERSION

    show({"version": VERSION, "program": program_digest().hex()}, output)
