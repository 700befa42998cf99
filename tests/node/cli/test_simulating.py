"""`amanat simulation run`: what it prints, what it exits with, and how it is stopped."""

import json
import signal
from pathlib import Path

import pytest

from amanat.node.cli import simulating
from tests.node.cli.running import Amanat
from tests.simulation.campaign import Totals, run_campaign
from tests.simulation.mutants import MUTANTS
from tests.simulation.mutation import Mutant, mutated

RULE, BREAKS = "a quorum is as large as the genesis document says", "Violation: 7: "


@pytest.fixture
def mutant() -> Mutant:
    """A program that breaks a promise in its first seeds."""
    return next(each for each in MUTANTS if each.rule == RULE)


def test_many_seeds_are_run_and_added_up(amanat: Amanat) -> None:
    done = amanat(
        "simulation", "run", "--first", 5, "--seeds", 4, "--processes", 2, "-o", "json"
    ).json
    assert (done["first"], done["seeds"], done["interrupted"]) == (5, 4, False)
    assert done["violations"] == []
    assert done["steps"] > 1_000
    assert done["simulated_hours"] > 4 * 12 / 3600
    assert done["faults"]["restart"] > 0


def test_as_text_it_prints_the_same(amanat: Amanat) -> None:
    record = amanat("simulation", "run", "--first", 5, "--seeds", 1, "-o", "json").json
    ended = amanat("simulation", "run", "--first", 5, "--seeds", 1)
    assert (ended.code, ended.err) == (0, "")
    assert "seeds 5 to 5: " in ended.out
    assert f" {record['steps']:,} steps" in ended.out
    for kind, count in record["faults"].items():
        assert f"{count:10,}  {kind}\n" in ended.out
    assert ended.out.endswith("violations: 0\n")


def test_a_broken_promise_is_named_with_its_seed(amanat: Amanat, mutant: Mutant) -> None:
    with mutated(mutant):
        ended = amanat("simulation", "run", "--seeds", 4, "--processes", 1, "-o", "json")
    assert "seeds broke an invariant" in ended.failed(3)
    broken = json.loads(ended.out)["violations"]
    assert broken
    assert all(each["reason"].startswith(BREAKS) for each in broken)


def test_the_story_of_a_seed_is_told(amanat: Amanat) -> None:
    ended = amanat("simulation", "tell", 5)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("seed 5: ")
    for told in ("leads term 1 by votes of", " -> ", "is final: ", "all faults end"):
        assert told in ended.out
    assert ended.out.endswith("nothing broke\n")


def test_the_story_of_a_failing_seed_is_shrunk_unless_it_is_asked_for_whole(
    amanat: Amanat, mutant: Mutant
) -> None:
    with mutated(mutant):
        broken = json.loads(
            amanat("simulation", "run", "--seeds", 4, "--processes", 1, "-o", "json").out
        )
        seed = broken["violations"][0]["seed"]
        shrunk = amanat("simulation", "tell", seed, "-o", "json")
        whole = amanat("simulation", "tell", seed, "--whole", "-o", "json")
    assert BREAKS in shrunk.failed(3)
    assert BREAKS in whole.failed(3)
    short, long = json.loads(shrunk.out), json.loads(whole.out)
    assert "all of it is told with --whole" in short["left_out"]
    assert long["left_out"] is None
    assert len(short["faults"]) < len(long["faults"])


def test_without_the_sources_it_says_where_the_simulator_is(
    amanat: Amanat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulating, "ROOT", tmp_path)
    assert "is part of the source tree" in amanat("simulation", "run").failed(2)


@pytest.mark.parametrize("processes", [1, 2])
def test_an_interrupt_ends_it_with_what_is_done(processes: int) -> None:
    def interrupt(totals: Totals) -> None:
        assert totals.seeds > 0
        signal.raise_signal(signal.SIGINT)

    totals = run_campaign(0, 40, processes, interrupt)
    assert 0 < totals.seeds < 40
    assert totals.record()["interrupted"]
    assert totals.steps > 0
