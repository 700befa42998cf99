"""The commands of `amanat node`."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import NODE
from amanat.node.cli.options import Api, Config, Output, Set
from amanat.node.cli.output import Format


@NODE.command("access-log")
def node_access_log(config: Config, output: Output = Format.TABLE) -> None:
    """Show which regulators and auditors read what at this node, and who was refused."""
    from amanat.node.cli import reading

    reading.show_access_log(config, output)


@NODE.command("drain")
def node_drain(config: Config, output: Output = Format.TABLE) -> None:
    """Let a running node give up leadership for good, so that stopping it costs no write."""
    from amanat.node.cli import draining

    draining.drain(config, output)


@NODE.command("program")
def node_program(output: Output = Format.TABLE) -> None:
    """Show this program's version and digest; two machines with the same digest run the same."""
    from amanat.node.cli.output import show
    from amanat.node.program import program_digest
    from amanat.node.version import VERSION

    show({"version": VERSION, "program": program_digest().hex()}, output)


@NODE.command("join-request")
def node_join_request(
    file: Annotated[Path, typer.Argument(help="Where to put the request. Never overwrites.")],
    config: Config,
    participant: Annotated[
        str | None, typer.Option(help="Who answers for it, if its name is another.")
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Write a signed request to join: name, key, addresses, version, the program's digest."""
    from amanat.node.cli import joining

    joining.request(config, file, participant, output)


@NODE.command("join")
def node_join(
    config: Config,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until it votes.")] = False,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Show how far a node is that joins: requested, catching up, caught up, voting."""
    from amanat.node.cli import joining

    joining.watch(config, api or [], output, until_voting=watch)


@NODE.command("trace")
def node_trace(
    logs: Annotated[list[Path], typer.Argument(help="Logs of nodes, as many as there are.")],
    output: Output = Format.TABLE,
) -> None:
    """Tell from nodes' logs how elections went: who stood, voted, refused and why, who led."""
    from amanat.node.cli import tracing

    tracing.trace(logs, output)


@NODE.command("upgrade-check")
def node_upgrade_check(config: Config, set_: Set = None, output: Output = Format.TABLE) -> None:
    """Examine, with the new program, whether a node may be given it now; exits with 3 if not."""
    from amanat.node.cli import examining

    examining.upgrade_check(config, set_ or (), output)
