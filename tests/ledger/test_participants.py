"""What is wrong with a participant by itself."""

from typing import Any

import msgspec
import pytest

from amanat.ledger.participants import Participant, Role
from tests.ledger.world import participant, public_key

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
        ({"keys": (public_key("a"),) * 2}, "keys must be sorted, each once"),
        ({"keys": (bytes(32), *SOUND.keys)}, "a key is not a valid Ed25519 point"),
        ({"threshold": 4}, "threshold 4 exceeds 3 keys"),
        ({"lei": "7LTWFZYICNSX8D621K68"}, "the LEI 7LTWFZYICNSX8D621K68 has wrong check digits"),
    ],
)
def test_a_problem_is_named(change: dict[str, Any], problem: str) -> None:
    assert msgspec.structs.replace(SOUND, **change).problems() == [problem]


def test_all_problems_are_named_together() -> None:
    spoiled = Participant("x", "", (Role.HOLDER,) * 2, (bytes(32),) * 2, 3, None)
    assert len(spoiled.problems()) == 4
