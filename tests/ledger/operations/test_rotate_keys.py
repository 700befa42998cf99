"""A participant changes its own keys; the old ones are dead at once, and nothing else changes."""

import pytest

from amanat.ledger.governance.participants import ParticipantKey
from amanat.ledger.operations import RotateKeys, Transfer
from amanat.ledger.rejections import DoorCode, RejectionCode
from amanat.ledger.state import KEYS, PARTICIPANTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import RUPEE, START, public_key

NEXT = ParticipantKey(public_key("alpha next"), 1, None)
SEND = Transfer("alpha", "beta", RUPEE, 1)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def keys(*names: str) -> tuple[ParticipantKey, ...]:
    return tuple(ParticipantKey(key, 1, None) for key in sorted(map(public_key, names)))


def test_the_new_key_signs_and_the_old_one_is_nobodys(desk: Desk) -> None:
    (event,) = desk.do("alpha", RotateKeys("alpha", (NEXT,), 1))
    assert (event.name, event.fields) == (
        "keys-rotated",
        {"participant": "alpha", "keys": NEXT.key.hex(), "threshold": 1},
    )
    assert desk.door(desk.writer.sign(["alpha"], SEND)) == DoorCode.KEY_ENDED
    assert desk.state.get(KEYS, public_key("alpha")) is None
    desk.do("alpha next", SEND)
    assert desk.held("alpha", RUPEE) == 1_000_000_000 - 1


def test_keys_and_threshold_change_and_nothing_else(desk: Desk) -> None:
    before = desk.state.get(PARTICIPANTS, "alpha")
    desk.do("alpha", RotateKeys("alpha", keys("alpha", "alpha next"), 2))
    after = desk.state.get(PARTICIPANTS, "alpha")
    assert before is not None
    assert after is not None
    assert (after.threshold, after.keys) == (2, keys("alpha", "alpha next"))
    assert (after.title, after.roles, after.lei, after.standing) == (
        before.title,
        before.roles,
        before.lei,
        before.standing,
    )
    assert desk.refused("alpha", SEND)[0] == RejectionCode.MISSING_SIGNATURE
    desk.do("alpha, alpha next", SEND)


def test_an_old_key_overlaps_with_its_successor_until_its_end(desk: Desk) -> None:
    old = ParticipantKey(public_key("alpha"), 1, START + 1_000)
    both = tuple(sorted((old, NEXT), key=lambda each: each.key))
    desk.do("alpha", RotateKeys("alpha", both, 1))
    desk.time = START + 999
    desk.do("alpha", SEND)
    desk.time = START + 1_000
    assert desk.door(desk.writer.sign(["alpha"], SEND)) == DoorCode.KEY_ENDED
    desk.do("alpha next", SEND)


def test_a_key_that_was_left_out_never_comes_back(desk: Desk) -> None:
    desk.do("alpha", RotateKeys("alpha", (NEXT,), 1))
    refusal = {"key": public_key("alpha").hex(), "problem": "it is dead"}
    back = RotateKeys("alpha", keys("alpha", "alpha next"), 1)
    assert desk.refused("alpha next", back) == (RejectionCode.INVALID_KEYS, refusal)
    elsewhere = RotateKeys("beta", keys("alpha", "beta"), 1)
    assert desk.refused("beta", elsewhere) == (RejectionCode.INVALID_KEYS, refusal)


def test_nor_does_one_whose_end_has_passed(desk: Desk) -> None:
    old = ParticipantKey(public_key("alpha"), 1, START + 1_000)
    desk.do("alpha", RotateKeys("alpha", tuple(sorted((old, NEXT), key=lambda each: each.key)), 1))
    desk.time = START + 1_000
    refusal = {"key": public_key("alpha").hex(), "problem": "it is dead"}
    back = RotateKeys("alpha", keys("alpha", "alpha next"), 1)
    assert desk.refused("alpha next", back) == (RejectionCode.INVALID_KEYS, refusal)
    desk.do("alpha next", RotateKeys("alpha", (NEXT,), 1))


def test_it_cannot_go_and_come_back_in_one_transaction(desk: Desk) -> None:
    """So that nobody revives by that what it had approved."""
    away, back = RotateKeys("alpha", (NEXT,), 1), RotateKeys("alpha", keys("alpha"), 1)
    assert desk.refused("alpha, mof", away, back)[0] == RejectionCode.MISSING_SIGNATURE
    desk.do("alpha", RotateKeys("alpha", keys("alpha", "alpha next"), 1))
    code, figures = desk.refused("alpha, alpha next", away, back)
    assert (code, figures["problem"]) == (RejectionCode.INVALID_KEYS, "it is dead")


@pytest.mark.parametrize("signers", ["beta", "mof, sbp", "custodian-a, custodian-b, cdc"])
def test_nobody_else_rotates_its_keys(desk: Desk, signers: str) -> None:
    assert desk.refused(signers, RotateKeys("alpha", (NEXT,), 1)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "alpha"},
    )


def test_the_threshold_of_the_present_keys_counts(desk: Desk) -> None:
    desk.do("alpha", RotateKeys("alpha", keys("alpha", "alpha next"), 2))
    code, _ = desk.refused("alpha", RotateKeys("alpha", keys("alpha"), 1))
    assert code == RejectionCode.MISSING_SIGNATURE


def test_an_unknown_participant_is_rejected(desk: Desk) -> None:
    assert desk.refused("alpha", RotateKeys("nobody", (NEXT,), 1)) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


def test_a_key_of_somebody_else_is_rejected(desk: Desk) -> None:
    assert desk.refused("alpha", RotateKeys("alpha", keys("beta"), 1)) == (
        RejectionCode.INVALID_KEYS,
        {"key": public_key("beta").hex(), "owner": "beta"},
    )


def test_the_key_of_an_authority_is_rejected(desk: Desk) -> None:
    assert desk.refused("alpha", RotateKeys("alpha", keys("authority mof"), 1)) == (
        RejectionCode.INVALID_KEYS,
        {"key": public_key("authority mof").hex(), "authority": "mof"},
    )


@pytest.mark.parametrize(
    ("held", "threshold", "problem"),
    [
        ((NEXT,), 2, "threshold 2 exceeds 1, the weight of keys without end"),
        (
            (ParticipantKey(NEXT.key, 1, START + 9),),
            1,
            "threshold 1 exceeds 0, the weight of keys without end",
        ),
        ((NEXT, NEXT), 1, "keys must be sorted, each once"),
        ((ParticipantKey(bytes(32), 1, None),), 1, "a key is not a valid Ed25519 point"),
    ],
)
def test_keys_that_could_not_sign_are_rejected(
    desk: Desk, held: tuple[ParticipantKey, ...], threshold: int, problem: str
) -> None:
    assert desk.refused("alpha", RotateKeys("alpha", held, threshold)) == (
        RejectionCode.INVALID_KEYS,
        {"problem": problem},
    )


def test_the_sentence_names_the_keys(desk: Desk) -> None:
    assert RotateKeys("alpha", (NEXT,), 1).sentence(desk.state) == (
        f"let alpha sign with {NEXT.key.hex()[:16]}… (weight 1), threshold 1, and no other"
    )
