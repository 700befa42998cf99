"""Runs many seeds: `python -m tests.simulation.campaign --seeds 1000`.

Prints what was run and what went wrong; exit code 3 if anything did. `--trace SEED` tells the story
of one run.
"""

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.simulation.cluster import Cluster, Report
from tests.simulation.verifying import verify_once

CHUNK = 25


def run_seeds(seeds: range) -> tuple[list[Report], list[tuple[int, str]]]:
    """Run each seed. Return what they did, and the seeds that failed with the reason."""
    verify_once()
    reports, failures = [], []
    for seed in seeds:
        try:
            reports.append(Cluster(seed).run())
        except Exception as error:  # noqa: BLE001 - whatever a run ends with is its finding
            failures.append((seed, f"{type(error).__name__}: {error}"))
    return reports, failures


def trace(seed: int) -> int:
    """Tell the story of one run; return the exit code."""
    verify_once()
    try:
        report = Cluster(seed, trace=print).run()
    except Exception as error:  # noqa: BLE001 - the story's end
        print(f"{type(error).__name__}: {error}")
        return 3
    print(report)
    return 0


def campaign(first: int, count: int, processes: int) -> dict[str, Any]:
    """Run `count` seeds from `first` on, on several processes."""
    chunks = [range(s, min(s + CHUNK, first + count)) for s in range(first, first + count, CHUNK)]
    reports: list[Report] = []
    failures: list[tuple[int, str]] = []
    started = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        for done, failed in pool.map(run_seeds, chunks):
            reports += done
            failures += failed
            for seed, reason in failed:
                print(f"seed {seed}: {reason}", file=sys.stderr)
    seconds = time.perf_counter() - started
    faults: Counter[str] = Counter()
    for report in reports:
        faults += report.faults
    return {
        "seeds": len(reports) + len(failures),
        "first": first,
        "violations": [{"seed": seed, "reason": reason} for seed, reason in failures],
        "simulated_hours": sum(report.simulated_ms for report in reports) / 3_600_000,
        "steps": sum(report.steps for report in reports),
        "final_blocks": sum(report.final_height for report in reports),
        "terms": sum(report.terms for report in reports),
        "reads": sum(report.reads for report in reports),
        "faults": dict(sorted(faults.items())),
        "seconds": seconds,
        "steps_per_second": sum(report.steps for report in reports) / seconds,
    }


def main() -> int:
    """Parse the options, run, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.campaign")
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--trace", type=int, metavar="SEED", help="tell the story of one run")
    options = parser.parse_args()
    if options.trace is not None:
        return trace(options.trace)
    result = campaign(options.first, options.seeds, options.processes)
    print(json.dumps(result, indent=2))
    return 3 if result["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
