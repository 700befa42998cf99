"""Machines are lost and restored from backups amid elections: nobody signs against its past."""

import re
from collections import Counter

from tests.simulation.campaign import run_plan
from tests.simulation.cluster import Cluster
from tests.simulation.mutation import mutated
from tests.simulation.restoring import HASTY, OLD_PROMISES, ON_NEW_DISKS, draw_restoring_plan

SEEDS = 25


def test_every_invariant_holds_where_authorities_are_restored() -> None:
    struck: Counter[str] = Counter()
    for seed in range(SEEDS):
        struck += Cluster(draw_restoring_plan(seed)).run().faults
    assert struck["restored from a backup"] >= SEEDS


def test_the_promises_of_a_backup_would_not_do() -> None:
    with mutated(OLD_PROMISES):
        for seed in range(OLD_PROMISES.seeds):
            found = run_plan(draw_restoring_plan(seed)).failure
            if found is not None:
                assert re.match(OLD_PROMISES.found_as, found), f"seed {seed}: {found}"
                return
    raise AssertionError(f"not found within {OLD_PROMISES.seeds} seeds")


def test_every_invariant_holds_where_keys_run_on_new_disks() -> None:
    struck: Counter[str] = Counter()
    for seed in range(SEEDS):
        struck += Cluster(draw_restoring_plan(seed, ON_NEW_DISKS)).run().faults
    assert struck["new disk"] >= SEEDS


def test_an_empty_log_would_not_do() -> None:
    with mutated(HASTY):
        for seed in range(HASTY.seeds):
            found = run_plan(draw_restoring_plan(seed, ON_NEW_DISKS)).failure
            if found is not None:
                assert re.match(HASTY.found_as, found), f"seed {seed}: {found}"
                return
    raise AssertionError(f"not found within {HASTY.seeds} seeds")
