"""`amanat simulation run`: whole networks in one thread, under faults, thousands of times.

And small ones, exhaustively: all that can happen, in every order.
"""

import importlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, say, show
from amanat.node.cli.watching import on_terminal

PROGRESS_SECONDS: Final = 10.0
"""How often a long run says how far it is."""

ROOT: Final = Path(__file__).parents[2]
"""The source tree, if this file lies in one."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Which seeds to run, on how many processes."""

    first: int
    count: int
    processes: int


def simulate(seeds: Seeds, output: Format) -> None:
    """Run many seeds and say what they did. Fail with 3 if anything broke."""
    campaign = _simulator("campaign")
    told = time.monotonic()
    with on_terminal("simulate", "seeds") as watch:

        def progress(totals: Any) -> None:
            nonlocal told
            if watch is not None:
                watch(totals.seeds, seeds.count)
            elif time.monotonic() - told >= PROGRESS_SECONDS:
                told = time.monotonic()
                note(f"{totals.seeds:,} of {seeds.count:,} seeds, {len(totals.violations)} broken")

        totals = campaign.run_campaign(seeds.first, seeds.count, seeds.processes, progress)
    record = totals.record()
    if output is not Format.TABLE:
        show(record, output)
    else:
        _print(record)
    if totals.violations:
        many = f"{len(totals.violations)} of {totals.seeds} seeds broke an invariant"
        raise Failure(
            f"{many}: `amanat simulation tell SEED` tells the story of one", ExitCode.NOT_VALID
        )


def tell(seed: int, *, whole: bool, output: Format) -> None:
    """Tell the story of one seed. Fail with 3 if anything broke."""
    telling = _simulator("telling").tell(seed, whole=whole)
    record = telling.record()
    if output is not Format.TABLE:
        show(record, output)
    else:
        _print_story(record)
    if telling.failure is not None:
        raise Failure(f"seed {seed}: {telling.failure}", ExitCode.NOT_VALID)


def explore(scope: str, output: Format) -> None:
    """Visit every state that a scope allows. Fail with 3 if an invariant does not hold in one."""
    report = _simulator("report", "exploration")
    told = time.monotonic()
    if scope not in report.SCOPES:
        raise Failure(f"no scope is called {scope}: there are {', '.join(report.SCOPES)}")
    with on_terminal("explore", "states") as watch:

        def progress(count: Any) -> None:
            nonlocal told
            if watch is not None:
                watch(count.states, 0)
            elif time.monotonic() - told >= PROGRESS_SECONDS:
                told = time.monotonic()
                note(
                    f"{count.states:,} states, {count.transitions:,} transitions, "
                    f"up to {count.depth} acts from the start"
                )

        record = report.explore(scope, progress)
    if output is not Format.TABLE:
        show(record, output)
    else:
        _print_exploration(record)
    if record["violations"]:
        raise Failure(f"{scope}: {record['violations'][0]['reason']}", ExitCode.NOT_VALID)


def _print_exploration(record: dict[str, Any]) -> None:
    say(f"scope {record['scope']}: {record['about']}")
    say(
        f"{', '.join(record['authorities'])}; a quorum is {record['quorum']}, "
        f"with {record['sovereign_min']} sovereign, by {record['rule']}"
    )
    say(
        f"{record['states']:,} states, {record['transitions']:,} transitions, "
        f"the deepest {record['deepest']} acts from the start"
    )
    say(
        f"{record['steps']:,} acts of real cores in {record['node_states']:,} states of nodes; "
        f"{record['seconds']:,} s, {record['memory_mib']:,} MiB"
    )
    for violation in record["violations"]:
        say(f"the shortest way to what broke, {violation['acts']} acts")
        for line in violation["story"]:
            say(line)
        say(violation["reason"])
    if not record["complete"] and not record["violations"]:
        note("interrupted: this is what was visited so far")
    say(f"violations: {len(record['violations'])}")


def _print_story(record: dict[str, Any]) -> None:
    names = ", ".join(record["authorities"])
    say(
        f"seed {record['seed']}: {names}; a quorum is {record['quorum']}, "
        f"with {record['sovereign_min']} sovereign"
    )
    if record["left_out"]:
        say(record["left_out"])
    say("faults" if record["faults"] else "no faults")
    for fault in record["faults"]:
        say(fault)
    say("story")
    for line in record["story"]:
        say(line)
    say(record["failure"] or "nothing broke")


def _print(record: dict[str, Any]) -> None:
    last = record["first"] + record["seeds"] - 1
    whole = not record["interrupted"]
    seeds = f"seeds {record['first']} to {last}" if whole else f"{record['seeds']:,} seeds"
    say(
        f"{seeds}: {record['simulated_hours']:,.2f} hours of simulated time, "
        f"{record['steps']:,} steps in {record['seconds']:,} s"
    )
    say(
        f"{record['final_blocks']:,} blocks final, {record['terms']:,} terms, "
        f"{record['reads']:,} linearizable reads"
    )
    for what in ("faults", "lies", "evidence"):
        if record[what]:
            say(what)
        for kind, count in record[what].items():
            say(f"{count:10,}  {kind}")
    if record["interrupted"]:
        note("interrupted: this is what was done so far")
    for violation in record["violations"]:
        say(f"seed {violation['seed']}: {violation['reason']}")
    say(f"violations: {len(record['violations'])}")


def _simulator(module: str, folder: str = "simulation") -> Any:
    """Return a module of the simulator, which is part of the source tree and never installed."""
    if not (ROOT / "tests" / folder / f"{module}.py").is_file():
        raise Failure(
            "the simulator is part of the source tree, not of an installed package: "
            "run `make install` in a copy of the sources, and .venv/bin/amanat there"
        )
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return importlib.import_module(f"tests.{folder}.{module}")
