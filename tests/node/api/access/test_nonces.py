"""Each nonce counts once, and remembering them is bounded."""

import pytest

from amanat.node.api.access import nonces
from amanat.node.api.access.nonces import Nonces, TooMany


def test_a_nonce_is_taken_once_by_each_participant() -> None:
    taken = Nonces(kept_ms=100)
    assert taken.take("alpha", "n", 0)
    assert not taken.take("alpha", "n", 99)
    assert taken.take("beta", "n", 99)


def test_it_is_forgotten_when_no_signature_with_it_can_count_any_more() -> None:
    taken = Nonces(kept_ms=100)
    assert taken.take("alpha", "n", 0)
    assert not taken.take("alpha", "n", 100)
    assert taken.take("alpha", "n", 101)


def test_one_participant_cannot_take_the_room_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nonces, "PER_PARTICIPANT_MAX", 2)
    taken = Nonces(kept_ms=100)
    assert taken.take("alpha", "1", 0)
    assert taken.take("alpha", "2", 50)
    with pytest.raises(TooMany):
        taken.take("alpha", "3", 99)
    assert taken.take("beta", "1", 99)
    assert taken.take("alpha", "3", 101)


def test_all_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nonces, "ALL_MAX", 1)
    taken = Nonces(kept_ms=100)
    assert taken.take("alpha", "1", 0)
    with pytest.raises(TooMany):
        taken.take("beta", "1", 0)
    assert not taken.take("alpha", "1", 0)
