"""A whole network on this machine, of processes or of containers."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import TESTNET
from amanat.node.cli.options import Api, Output
from amanat.node.cli.output import Format

Participants = Annotated[
    Path, typer.Option("--participants", help="The participants' keys and genesis document.")
]


@TESTNET.command("up")
def testnet_up(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    base_port: Annotated[
        int,
        typer.Option(
            min=1,
            max=64_531,
            help="The first of five ports for peers; those of the APIs are a thousand above.",
        ),
    ] = 7101,
    output: Output = Format.TABLE,
) -> None:
    """Make five nodes, start them, and play the main job on them."""
    from amanat.node.testnet import commands
    from amanat.node.testnet.layout import Ports

    commands.up(directory, Ports(base_port), output)


@TESTNET.command("start")
def testnet_start(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    output: Output = Format.TABLE,
) -> None:
    """Start the nodes of a stopped test network again."""
    from amanat.node.testnet import commands

    commands.start(directory, output)


@TESTNET.command("stop")
def testnet_stop(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    output: Output = Format.TABLE,
) -> None:
    """Stop exactly the processes that `up` or `start` started."""
    from amanat.node.testnet import commands

    commands.stop(directory, output)


@TESTNET.command("clean")
def testnet_clean(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    output: Output = Format.TABLE,
) -> None:
    """Remove a stopped test network, keys and ledger and all."""
    from amanat.node.testnet import commands

    commands.clean(directory, output)


@TESTNET.command("status")
def testnet_status(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    output: Output = Format.TABLE,
) -> None:
    """Show which of the test network's processes run."""
    from amanat.node.testnet import commands

    commands.status(directory, output)


@TESTNET.command("found")
def testnet_found(
    root: Annotated[Path, typer.Option(help="Where the containers' volumes are.")] = Path(
        "/network"
    ),
    output: Output = Format.TABLE,
) -> None:
    """Make what a network of containers needs, once. Never overwrites."""
    from amanat.node.testnet.containers import commands

    commands.found(root, output)


@TESTNET.command("admit")
def testnet_admit(
    participants: Participants = Path("/network/participants"),
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Have the Ministry and the State Bank admit the node that only reads, once."""
    from amanat.node.testnet.containers import commands

    commands.admit(participants, api or [], output)


@TESTNET.command("play")
def testnet_play(
    participants: Participants = Path("/network/participants"),
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Play the main job at the nodes given, once for a network."""
    from amanat.node.testnet.containers import commands

    commands.play(participants, api or [], output)
