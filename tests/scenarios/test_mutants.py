"""The stories can fail: with a rule of the protocol switched off, some story goes another way."""

import pytest

from tests.scenarios.play import play
from tests.scenarios.test_scenarios import SCRIPTS
from tests.simulation.mutants import MUTANTS
from tests.simulation.mutation import Mutant, mutated

OF_THE_PROTOCOL = [
    mutant
    for mutant in MUTANTS
    if any(
        edit.function.__module__.startswith(("amanat.consensus", "amanat.ledger.authorities"))
        for edit in mutant.edits
    )
]


def goes_another_way(text: str) -> bool:
    """Whether a story is seen otherwise than it is told, or does not come to its end."""
    try:
        return play(text) != text
    except Exception:  # noqa: BLE001 - whatever it ends with, it is not the story
        return True


@pytest.mark.parametrize("mutant", OF_THE_PROTOCOL, ids=lambda mutant: mutant.rule)
def test_without_a_rule_some_story_goes_another_way(mutant: Mutant) -> None:
    with mutated(mutant):
        assert any(goes_another_way(path.read_text()) for path in SCRIPTS)


def test_there_are_rules_to_switch_off() -> None:
    assert len(OF_THE_PROTOCOL) > 15
