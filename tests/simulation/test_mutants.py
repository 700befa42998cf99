"""The simulator can see: with a rule switched off, it finds what falls for it."""

import re

import pytest

from tests.simulation.campaign import run_plan
from tests.simulation.mutants import MUTANTS
from tests.simulation.mutation import Mutant, code_of, mutated
from tests.simulation.plan import draw_plan


@pytest.mark.parametrize(
    "mutant", [each for each in MUTANTS if each.seeds], ids=lambda mutant: mutant.rule
)
def test_a_rule_switched_off_is_found(mutant: Mutant) -> None:
    with mutated(mutant):
        for seed in range(mutant.first, mutant.first + mutant.seeds):
            found = run_plan(draw_plan(seed)).failure
            if found is not None:
                assert re.match(mutant.found_as, found), f"seed {seed}: {found}"
                return
    pytest.fail(f"not found within {mutant.seeds} seeds from {mutant.first} on")


def test_a_mutant_leaves_nothing_behind() -> None:
    def codes() -> list[object]:
        return [code_of(edit.function) for mutant in MUTANTS for edit in mutant.edits]

    before = codes()
    for mutant in MUTANTS:
        with mutated(mutant):
            assert codes() != before
    assert codes() == before
