"""Simulated networks under faults."""

from typing import Annotated

import typer

from amanat.node.cli.nouns import SIMULATION
from amanat.node.cli.options import Output
from amanat.node.cli.output import Format


@SIMULATION.command("run")
def simulation_run(
    seeds: Annotated[int, typer.Option(min=1, help="How many networks to run.")] = 1000,
    first: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    processes: Annotated[int, typer.Option(min=1, help="How many at a time.")] = 2,
    output: Output = Format.TABLE,
) -> None:
    """Run simulated networks under faults; exits with 3 if one breaks a promise."""
    from amanat.node.cli import simulating

    simulating.simulate(simulating.Seeds(first, seeds, processes), output)


@SIMULATION.command("tell")
def simulation_tell(
    seed: Annotated[int, typer.Argument(min=0, help="Which network.")],
    whole: Annotated[bool, typer.Option("--whole", help="Do not shrink it if it fails.")] = False,
    output: Output = Format.TABLE,
) -> None:
    """Tell the story of one network; exits with 3 if it breaks a promise."""
    from amanat.node.cli import simulating

    simulating.tell(seed, whole=whole, output=output)


@SIMULATION.command("explore")
def simulation_explore(
    scope: Annotated[str, typer.Argument(help="Which scope, such as small.")],
    output: Output = Format.TABLE,
) -> None:
    """Visit every state of a small network; exits with 3 if one breaks a promise."""
    from amanat.node.cli import simulating

    simulating.explore(scope, output)
