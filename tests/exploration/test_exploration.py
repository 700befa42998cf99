"""Small networks, whole: whatever happens in whichever order, no invariant breaks."""

import pytest

from tests.exploration.exploring import Exploration
from tests.exploration.report import explore
from tests.exploration.scope import SCOPES
from tests.simulation.mutants import MUTANTS
from tests.simulation.mutation import mutated

STATES = {"tiny": 1_505, "small": 847_986}
"""How many states each scope has that is explored here."""

FOUND = {
    "a node votes once a term": ("small", 22),
    "a candidate's log is as complete as its voters' logs": ("small", 3_024),
    "a quorum is as large as the genesis document says": ("small", 2),
    "nothing is signed before it is on disk": ("crash", 132),
    "a promise outlives a crash": ("crash", 404),
    "a vote leaves once it is on disk": ("crash", 149),
    "a candidacy is announced once it is on disk": ("crash", 120),
    "a follower acks once the block is on disk": ("crash", 586),
    "a late completion of a write does not vouch for later entries": ("slow-disks", 9_305),
}
"""Rules without which an invariant breaks, the scope in which that is seen, and how many states
are visited until then."""


@pytest.mark.parametrize("scope", STATES)
def test_no_state_of_a_small_network_breaks_an_invariant(scope: str) -> None:
    record = explore(scope, lambda _: None)
    assert record["violations"] == []
    assert record["complete"]
    assert record["states"] == STATES[scope]


@pytest.mark.parametrize("rule", FOUND)
def test_without_a_rule_a_state_is_found_that_breaks_an_invariant(rule: str) -> None:
    (mutant,) = (mutant for mutant in MUTANTS if mutant.rule == rule)
    scope, states = FOUND[rule]
    exploration = Exploration(SCOPES[scope])

    def stop(it: Exploration) -> None:
        if it.states > 2 * states:
            raise KeyboardInterrupt

    with mutated(mutant):
        exploration.run(stop)
    assert exploration.broken is not None
    assert exploration.states == states


def test_the_way_to_what_broke_is_told_as_a_story() -> None:
    (mutant,) = (mutant for mutant in MUTANTS if mutant.rule == "a node votes once a term")
    with mutated(mutant):
        record = explore("small", lambda _: None)
    (violation,) = record["violations"]
    assert violation["reason"].startswith("6: ")
    assert len(violation["story"]) >= violation["acts"] > 0
    assert any("RequestVote term 1" in line for line in violation["story"])
