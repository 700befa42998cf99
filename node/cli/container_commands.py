"""The options of `amanat testnet found | admit | play`, which the containers run."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.options import Api, Output
from amanat.node.cli.output import Format

Participants = Annotated[
    Path, typer.Option("--participants", help="The participants' keys and genesis document.")
]


def found(
    root: Annotated[Path, typer.Option(help="Where the containers' volumes are.")] = Path(
        "/network"
    ),
    output: Output = Format.TABLE,
) -> None:
    """Make what a network of containers needs, once. Never overwrites."""
    from amanat.node.testnet.containers import commands

    commands.found(root, output)


def admit(
    participants: Participants = Path("/network/participants"),
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Have the Ministry and the State Bank admit the node that only reads, once."""
    from amanat.node.testnet.containers import commands

    commands.admit(participants, api or [], output)


def play(
    participants: Participants = Path("/network/participants"),
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Play the main job at the nodes given, once for a network."""
    from amanat.node.testnet.containers import commands

    commands.play(participants, api or [], output)
