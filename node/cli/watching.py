"""How far a long command has come: a bar on a terminal; of some a line now and then elsewhere.

It goes to standard error, and is never part of the output.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from amanat.node.cli.output import note

Watch = Callable[[int, int], None]
"""Told where it stands, and where it is to come to, 0 where that is not known; both in one unit."""

LINE_SECONDS: Final = 10.0
"""How often a line is written where there is no terminal."""


@contextmanager
def watched(what: str, first: int) -> Iterator[Watch]:
    """Show how far `what` has come, from the block `first` on."""
    with on_terminal(what, "blocks", first) as watch:
        yield lines(what, first, monotonic) if watch is None else watch


@contextmanager
def on_terminal(what: str, unit: str, first: int = 0) -> Iterator[Watch | None]:
    """Show how far `what` has come as a bar, from `first` on; None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} " + f"{unit}/s"),
        TimeRemainingColumn(),
    )
    begun = monotonic()
    # What is printed meanwhile stays on standard output, unless that is the bar's terminal too.
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        task = progress.add_task(what, total=None, completed=first, rate="-")

        def tell(height: int, last: int) -> None:
            rate = (height - first) / max(monotonic() - begun, 0.001)
            progress.update(task, completed=height, total=last or None, rate=f"{rate:,.0f}")

        yield tell


def lines(what: str, first: int, clock: Callable[[], float]) -> Watch:
    """Return what writes a line at most every `LINE_SECONDS` of `clock`."""
    begun = told = clock()

    def tell(height: int, last: int) -> None:
        nonlocal told
        now = clock()
        if now - told < LINE_SECONDS:
            return
        told = now
        rate = (height - first) / (now - begun)
        line = f"{what}: block {height:,}"
        if last:
            left = (last - height) / rate if rate else 0
            line += f" of {last:,} ({height / last:.0%}), {rate:,.0f} blocks/s, {left:,.0f} s left"
        note(line)

    return tell
