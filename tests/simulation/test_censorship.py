"""Whoever leads, everybody is served; and nobody who leads honestly is deposed for it."""

import re

import pytest

from amanat.consensus import following
from amanat.node.forwarder import Forwarder
from amanat.node.patience import Patience
from tests.simulation.censor import CensoredCluster, QuietCluster
from tests.simulation.mutation import Edit, Mutant, mutated
from tests.simulation.plan import draw_plan
from tests.simulation.verifying import verify_once

CENSORED = 100
QUIET = 30
CHUNK = 50


@pytest.mark.parametrize("first", range(0, CENSORED, CHUNK))
def test_what_a_leader_leaves_out_becomes_final_all_the_same(first: int) -> None:
    verify_once()
    given_up = 0
    for seed in range(first, first + CHUNK):
        try:
            given_up += CensoredCluster(draw_plan(seed)).run().faults["leader given up"]
        except Exception as error:  # noqa: BLE001 - whatever a run ends with is its finding
            pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")
    assert given_up > 0


def test_without_faults_nobody_is_given_up() -> None:
    verify_once()
    for seed in range(QUIET):
        QuietCluster(draw_plan(seed)).run()


MUTANTS = (
    Mutant(
        "patience ends",
        (Edit(Patience.tick, "self._leader is None or self._is_behind()", "True"),),
        "Violation: 14: not settled",
        50,
    ),
    Mutant(
        "what waits is sent to everybody",
        (Edit(Forwarder.tick, "self._relay()", "pass"),),
        "Violation: 14: not settled",
        200,
    ),
    Mutant(
        "who is given up is not followed for the rest of the term",
        (Edit(following.on_append, "ignores(raft, message.term)", "False"),),
        "Violation: 14: not settled",
        50,
    ),
)
IMPATIENT = Mutant(
    "a leader has some time",
    (Edit(Patience._neglect, ">= PATIENCE_TICKS and (stands_still", ">= 0 and (True"),),
    "Violation: 14: .* gives up a leader for nothing",
    50,
)


@pytest.mark.parametrize(
    ("mutant", "kind"),
    [*((mutant, CensoredCluster) for mutant in MUTANTS), (IMPATIENT, QuietCluster)],
    ids=lambda value: value.rule if isinstance(value, Mutant) else "",
)
def test_a_rule_switched_off_is_found(
    mutant: Mutant, kind: type[CensoredCluster | QuietCluster]
) -> None:
    verify_once()
    with mutated(mutant):
        for seed in range(mutant.seeds):
            try:
                kind(draw_plan(seed)).run()
            except AssertionError as error:
                found = f"{type(error).__name__}: {error}"
                assert re.match(mutant.found_as, found), f"seed {seed}: {found}"
                return
    pytest.fail(f"not found within {mutant.seeds} seeds")
