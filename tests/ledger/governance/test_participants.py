"""What is wrong with a participant by itself."""

from typing import Any

import msgspec
import pytest

from amanat.ledger.governance.participants import ParticipantKey, Role, changed
from tests.ledger.world import participant

SPOILED = ParticipantKey(bytes(32), 1, None)
SOUND = participant("board", Role.CUSTODIAN, Role.ISSUER, keys=3, threshold=2)


def test_a_participant_with_several_keys_and_roles_is_sound() -> None:
    assert SOUND.problems() == []


@pytest.mark.parametrize("lei", ["7LTWFZYICNSX8D621K86", "213800WAVVOPS85N2205"])
def test_a_participant_may_have_a_legal_entity_identifier(lei: str) -> None:
    """Those of Deutsche Bank AG and of the London Stock Exchange, as GLEIF publishes them."""
    assert msgspec.structs.replace(SOUND, lei=lei).problems() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"roles": (Role.ISSUER, Role.CUSTODIAN)}, "roles must be sorted, each once"),
        ({"roles": (Role.ISSUER, Role.ISSUER)}, "roles must be sorted, each once"),
        ({"keys": SOUND.keys[::-1]}, "keys must be sorted, each once"),
        ({"keys": SOUND.keys[:1] * 2}, "keys must be sorted, each once"),
        ({"keys": (SPOILED, *SOUND.keys)}, "a key is not a valid Ed25519 point"),
        ({"threshold": 4}, "threshold 4 exceeds 3, the weight of keys without end"),
        ({"lei": "7LTWFZYICNSX8D621K68"}, "the LEI 7LTWFZYICNSX8D621K68 has wrong check digits"),
    ],
)
def test_a_problem_is_named(change: dict[str, Any], problem: str) -> None:
    assert msgspec.structs.replace(SOUND, **change).problems() == [problem]


def test_all_problems_are_named_together() -> None:
    spoiled = changed(SOUND, roles=(Role.HOLDER,) * 2, keys=(SPOILED,) * 2, threshold=3)
    assert len(spoiled.problems()) == 4
