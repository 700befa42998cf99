"""The share of the simulator's seeds that every change must survive."""

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.boundaries import Boundary
from tests.simulation.campaign import run_plan, run_seeds
from tests.simulation.change_lies import CHANGE_LIES
from tests.simulation.plan import draw_plan

SEEDS = 400
FIRST = 100
"""The seeds before it are run where it is seen that the faults happen."""
CHUNK = 50
FOUND = (84203, 98957, 112943, 118206)
"""Seeds that have shown something which the others do not."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("first", range(FIRST, SEEDS, CHUNK))
def test_every_invariant_holds_under_every_seed(first: int) -> None:
    endings = run_seeds(range(first, first + CHUNK))
    assert len(endings) == CHUNK
    broken = {each.report.seed: each.failure for each in endings if each.failure is not None}
    told = [f"{why}\n  amanat simulation tell {seed}" for seed, why in broken.items()]
    if told:
        pytest.fail("\n".join(told))


@pytest.mark.parametrize("seed", FOUND)
def test_what_was_found_stays_repaired(seed: int) -> None:
    (ending,) = run_seeds(range(seed, seed + 1))
    assert ending.failure is None


def story(seed: int) -> str:
    """Return a digest of everything that happens in a run."""
    told = hashlib.sha256()
    run_plan(draw_plan(seed), lambda line: told.update(line.encode() + b"\n"))
    return told.hexdigest()


def test_a_seed_tells_the_same_story_twice() -> None:
    assert story(7) == story(7)


def test_a_seed_tells_the_same_story_under_every_hash_seed() -> None:
    code = "from tests.simulation.test_simulation import story; print(story(11))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1", "4711")
    }
    assert len(told) == 1


PROMISED = {
    *("bad network", "flapping partition", "one-way cut", "partition"),
    *("message duplicated", "message held back", "message lost"),
    *("kill", "pause", "power cut", "power failure everywhere", "restart", "handover", "drain"),
    *(f"cut off {boundary}" for boundary in Boundary),
    *("torn write", "unsynced writes lost"),
    *("failing disk", "stopped by a failed sync", "full disk", "stopped by a full disk"),
    *("rotten bit in the database", "stopped by a damaged record", "rotten bit in the sign guard"),
    *("lost database", "database replaced by an empty one", "database replaced by its last copy"),
    *("slow disk", "very slow disk"),
    *("clock ahead", "clock behind", "fast clock", "slow clock"),
    *("change of authorities", "data of an earlier version"),
    *("log cut off behind", "snapshot taken in", "leader given up"),
}


def test_the_faults_that_are_promised_do_happen() -> None:
    endings = list(run_seeds(range(FIRST)))
    assert [ending.failure for ending in endings if ending.failure is not None] == []
    reports = [ending.report for ending in endings]
    faults: Counter[str] = Counter()
    for report in reports:
        faults += report.faults
    assert faults.keys() == PROMISED
    assert max(report.terms for report in reports) > 3
    assert min(report.reads for report in reports) > 0
    assert {report.authorities for report in reports} >= {3, 5, 7}
    changing = [report for report in reports if report.faults["change of authorities"]]
    lies = {kind for report in changing for kind in report.lies}
    assert len(lies & CHANGE_LIES.keys()) >= 3, "authorities lie while they change"
