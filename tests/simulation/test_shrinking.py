"""A failing run becomes a smaller one that fails for the same reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.campaign import run_plan
from tests.simulation.mutants import MUTANTS
from tests.simulation.mutation import mutated
from tests.simulation.plan import draw_plan
from tests.simulation.shrinking import RUNS_MAX, reason, reduced, shrink

VOTES = "Violation: 6: mof signs two votes in term 4"
RULES = ("a promise outlives a crash", "a higher term frees the vote")


@pytest.mark.parametrize("rule", RULES)
def test_a_failing_seed_shrinks_to_a_few_faults_and_fails_for_the_same_reason(rule: str) -> None:
    mutant = next(each for each in MUTANTS if each.rule == rule)
    with mutated(mutant):
        plan, ending = next(
            (plan, ending)
            for plan in map(draw_plan, range(mutant.seeds))
            if (ending := run_plan(plan)).failure is not None
        )
        shrunk = shrink(plan, ending)
        again = run_plan(shrunk.plan)
    assert ending.failure is not None
    assert again.failure == shrunk.failure
    assert reason(shrunk.failure) == reason(ending.failure)
    assert shrunk.runs <= RUNS_MAX
    assert len(shrunk.plan.faults) <= len(plan.faults) // 4
    assert len(shrunk.plan.acts) <= len(plan.acts) // 4
    assert len(shrunk.plan.names) < len(plan.names) or len(plan.names) == 3


def test_the_runs_that_shrinking_takes_are_bounded() -> None:
    mutant = next(each for each in MUTANTS if each.rule == RULES[1])
    with mutated(mutant):
        plan = draw_plan(0)
        shrunk = shrink(plan, run_plan(plan), runs_max=3)
    assert shrunk.runs == 3


def test_what_does_not_fail_is_not_shrunk() -> None:
    plan = draw_plan(0)
    with pytest.raises(ValueError, match="does not fail"):
        shrink(plan, run_plan(plan))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (VOTES, "Violation: 6: custodian-a signs two votes in term 17", True),
        (VOTES, "Violation: 6: sbp acks two blocks at (2, 7)", False),
        (VOTES, "Violation: 14: not settled 30000 ms after the last fault: cdc is down", False),
        (VOTES, "PromiseBroken: a second vote in term 4", False),
        ("PromiseBroken: a second vote in term 3", "PromiseBroken: a second vote in term 4", True),
        ("Violation: 14: not settled 5 ms: cdc", "Violation: 14: not settled 5 ms: mof", True),
        ("Violation: 10: 4f00 executed at 3", "Violation: 10: a1b2 executed at 4", True),
        ("KeyError: 'mof'", "KeyError: 'sbp'", True),
        ("", "", True),
    ],
)
def test_reasons_are_the_same_if_the_same_thing_broke(one: str, other: str, same: bool) -> None:
    assert (reason(one) == reason(other)) is same


@given(st.sets(st.integers(0, 40)), st.integers(0, 41))
def test_reducing_keeps_exactly_what_is_needed(needed: set[int], size: int) -> None:
    needed = {each for each in needed if each < size}
    asked = 0

    def fails(items: tuple[int, ...]) -> bool:
        nonlocal asked
        asked += 1
        return needed <= set(items)

    assert reduced(range(size), fails) == tuple(sorted(needed))
    assert asked <= 2 + size * (len(needed) + 2)


def test_a_network_without_one_of_its_authorities_works_too() -> None:
    runs = 0
    for plan in map(draw_plan, range(20)):
        found = ((name, plan.without(name)) for name in plan.names)
        name, without = next(((n, p) for n, p in found if p is not None), ("", plan))
        if name:
            assert without.names == [each for each in plan.names if each != name]
            assert not any(name in fault.names for fault in without.faults)
            assert run_plan(without).failure is None
            runs += 1
    assert runs > 5
