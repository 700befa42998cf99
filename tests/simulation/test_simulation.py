"""The share of the simulator's seeds that every change must survive."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.campaign import run_seeds
from tests.simulation.cluster import Cluster

SEEDS = 3000
CHUNK = 100
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_every_invariant_holds_under_every_seed(first: int) -> None:
    reports, failures = run_seeds(range(first, first + CHUNK))
    if failures:
        told = "\n".join(
            f"seed {seed}: {reason}\n  python -m tests.simulation.campaign --trace {seed}"
            for seed, reason in failures
        )
        pytest.fail(told)
    assert len(reports) == CHUNK


def story(seed: int) -> str:
    """Return a digest of everything that happens in a run."""
    told = hashlib.sha256()
    Cluster(seed, trace=lambda line: told.update(line.encode() + b"\n")).run()
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


def test_the_faults_that_are_promised_do_happen() -> None:
    reports, _ = run_seeds(range(30))
    faults: set[str] = set()
    for report in reports:
        faults |= report.faults.keys()
    assert faults >= {
        "bad network",
        "crash",
        "crash in a write",
        "handover",
        "message duplicated",
        "message lost",
        "partition",
        "restart",
        "slow disk",
    }
    assert max(report.terms for report in reports) > 3
    assert min(report.reads for report in reports) > 0
    assert {report.authorities for report in reports} >= {3, 5, 7}
