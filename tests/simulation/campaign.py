"""Runs many seeds, on several processes, and adds up what they did."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.cluster import Cluster, Report
from tests.simulation.plan import Plan, draw_plan
from tests.simulation.verifying import verify_once

CHUNK = 25
"""Seeds that a process takes at a time."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    report: Report
    """What it did, up to its end."""
    failure: str | None
    """What broke, as the exception's name and message; None if nothing did."""


def run_plan(plan: Plan, trace: Callable[[str], None] | None = None) -> Ending:
    """Run a plan to its end, whatever that is; `trace` is given the story line by line."""
    verify_once()
    cluster = Cluster(plan, trace=trace)
    try:
        cluster.run()
    except Exception as error:  # noqa: BLE001 - whatever a run ends with is its finding
        return Ending(cluster.report, f"{type(error).__name__}: {error}")
    return Ending(cluster.report, None)


def run_seeds(seeds: range) -> list[Ending]:
    """Run each seed."""
    return [run_plan(draw_plan(seed)) for seed in seeds]


@dataclass
class Totals:
    """What all runs so far did."""

    first: int
    asked: int
    """How many seeds are to be run."""
    seeds: int = 0
    simulated_ms: int = 0
    steps: int = 0
    final_blocks: int = 0
    terms: int = 0
    reads: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    lies: Counter[str] = field(default_factory=Counter)
    evidence: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[int, str]] = field(default_factory=list)
    """Seeds and what broke."""
    seconds: float = 0.0
    """Of real time."""

    def add(self, ending: Ending) -> None:
        """Add one run."""
        report = ending.report
        self.seeds += 1
        self.simulated_ms += report.simulated_ms
        self.steps += report.steps
        self.final_blocks += report.final_height
        self.terms += report.terms
        self.reads += report.reads
        self.faults += report.faults
        self.lies += report.lies
        self.evidence += report.evidence
        if ending.failure is not None:
            self.violations.append((report.seed, ending.failure))
            self.violations.sort()

    def record(self) -> dict[str, Any]:
        """Return all of it under names, as it is printed."""
        return {
            "seeds": self.seeds,
            "first": self.first,
            "interrupted": self.seeds < self.asked,
            "violations": [{"seed": seed, "reason": reason} for seed, reason in self.violations],
            "simulated_hours": round(self.simulated_ms / 3_600_000, 3),
            "steps": self.steps,
            "final_blocks": self.final_blocks,
            "terms": self.terms,
            "reads": self.reads,
            "faults": dict(sorted(self.faults.items())),
            "lies": dict(sorted(self.lies.items())),
            "evidence": dict(sorted(self.evidence.items())),
            "seconds": round(self.seconds, 1),
            "steps_per_second": round(self.steps / self.seconds) if self.seconds else 0,
        }


def run_campaign(
    first: int, count: int, processes: int, progress: Callable[[Totals], None]
) -> Totals:
    """Run `count` seeds from `first` on.

    `progress` is called now and then. An interrupt from the keyboard ends it with what is done.
    """
    totals = Totals(first, count)
    started = time.perf_counter()
    try:
        for endings in _chunks(first, count, processes):
            for ending in endings:
                totals.add(ending)
            totals.seconds = time.perf_counter() - started
            progress(totals)
    except KeyboardInterrupt:
        pass
    totals.seconds = time.perf_counter() - started
    return totals


def _chunks(first: int, count: int, processes: int) -> Iterator[list[Ending]]:
    size = max(1, min(CHUNK, count // (4 * processes)))
    seeds = [range(s, min(s + size, first + count)) for s in range(first, first + count, size)]
    if processes == 1:
        yield from map(run_seeds, seeds)
        return
    # An interrupt goes to all processes of a terminal; this one alone decides what it means.
    pool = ProcessPoolExecutor(
        processes, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    )
    running: list[Future[list[Ending]]] = [pool.submit(run_seeds, chunk) for chunk in seeds]
    try:
        for future in as_completed(running):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
