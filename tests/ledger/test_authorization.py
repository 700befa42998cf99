"""Who consents, and whether that is enough."""

from collections.abc import Mapping

import pytest

from amanat.ledger.authorization import ApprovalOf, Consents, SignatureOf
from amanat.ledger.governance.participants import ParticipantKey, Role, Standing, changed
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import KEYS, PARTICIPANTS, POLICIES, State
from tests.ledger.world import AGE_MAX_MS, participant, policy, public_key

NOW = 10 * AGE_MAX_MS
NOTICE = 1_000


@pytest.fixture
def state() -> State:
    state = State(lambda _: None)
    for each in (
        participant("mof", Role.ISSUER),
        participant("sbp", Role.CENTRAL_BANK),
        participant("treasury", Role.ISSUER, Role.CENTRAL_BANK),
        participant("board", Role.ISSUER, keys=3, threshold=2),
    ):
        state.put(each, PARTICIPANTS, each.name)
        for key in each.keys:
            state.put(each.name, KEYS, key.key)
    for rule in (
        policy("dual", (Role.CENTRAL_BANK, 1), (Role.ISSUER, 1)),
        policy("two-issuers", (Role.ISSUER, 2)),
        policy("late", (Role.ISSUER, 1), delay=NOTICE),
    ):
        state.put(rule, POLICIES, rule.act)
    return state


def change(state: State, name: str, **fields: object) -> None:
    before = state.get(PARTICIPANTS, name)
    assert before is not None
    state.put(changed(before, **fields), PARTICIPANTS, name)


def consents(state: State, *names: str) -> Consents:
    """What the keys called `names` consent to now."""
    return Consents(state, NOW, {public_key(name): NOW for name in names})


def codes(found: Consents, requirement: SignatureOf | ApprovalOf) -> list[RejectionCode]:
    return [refused.code for refused in found.check(requirement)]


def test_a_participant_signs_with_its_key(state: State) -> None:
    found = consents(state, "mof")
    assert list(found.check(SignatureOf("mof"))) == []
    (refused,) = found.check(SignatureOf("sbp"))
    assert (refused.code, refused.figures) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "sbp"},
    )


@pytest.mark.parametrize(("keys", "signs"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_participant_signs_once_the_weights_reach_its_threshold(
    state: State, keys: int, signs: bool
) -> None:
    found = consents(state, *["board", "board 2", "board 3"][:keys])
    assert found.signs("board") is signs


def test_a_heavy_key_signs_for_two(state: State) -> None:
    change(state, "board", keys=(ParticipantKey(public_key("board"), 2, None),))
    assert consents(state, "board").signs("board")


@pytest.mark.parametrize(("until", "signs"), [(None, True), (NOW + 1, True), (NOW, False)])
def test_a_key_counts_until_its_end(state: State, until: int | None, signs: bool) -> None:
    change(state, "mof", keys=(ParticipantKey(public_key("mof"), 1, until),))
    assert consents(state, "mof").signs("mof") is signs


def test_a_suspended_participant_signs_for_nothing(state: State) -> None:
    change(state, "mof", standing=Standing.SUSPENDED)
    assert not consents(state, "mof").signs("mof")
    assert codes(consents(state, "mof", "sbp"), ApprovalOf("dual")) == [
        RejectionCode.MISSING_APPROVAL
    ]


def test_too_few_keys_do_not_approve_either(state: State) -> None:
    assert codes(consents(state, "sbp", "board", "board 2"), ApprovalOf("dual")) == []
    (refused,) = consents(state, "sbp", "board").check(ApprovalOf("dual"))
    assert refused.figures == {"act": "dual", "role": "issuer", "have": 0, "need": 1}


def test_approval_counts_participants_and_not_keys(state: State) -> None:
    (refused,) = consents(state, "board", "board 2", "board 3").check(ApprovalOf("two-issuers"))
    assert refused.figures == {"act": "two-issuers", "role": "issuer", "have": 1, "need": 2}
    found = consents(state, "mof", "board", "board 2")
    assert codes(found, ApprovalOf("two-issuers")) == []


@pytest.mark.parametrize("signer", ["mof", "sbp", "treasury"])
def test_one_participant_is_not_dual_control_whatever_its_roles(state: State, signer: str) -> None:
    assert codes(consents(state, signer), ApprovalOf("dual")) == [RejectionCode.MISSING_APPROVAL]


@pytest.mark.parametrize("pair", [("mof", "sbp"), ("treasury", "sbp"), ("treasury", "mof")])
def test_two_that_can_take_both_seats_are(state: State, pair: tuple[str, str]) -> None:
    assert codes(consents(state, *pair), ApprovalOf("dual")) == []


def test_every_role_that_lacks_is_named(state: State) -> None:
    found = [refused.figures["role"] for refused in consents(state).check(ApprovalOf("dual"))]
    assert found == ["central_bank", "issuer"]


def test_an_act_without_policy_is_nobodys(state: State) -> None:
    (refused,) = consents(state, "mof", "sbp", "treasury").check(ApprovalOf("mint"))
    assert (refused.code, refused.figures) == (RejectionCode.NO_POLICY, {"act": "mint"})


def test_those_who_consent_are_known_by_name(state: State) -> None:
    assert consents(state, "sbp", "board", "mof", "board 2").names == ["board", "mof", "sbp"]


# What a proposal waits for.


def collected(state: State, keys: Mapping[str, int], noticed: int, now: int = NOW) -> Consents:
    times = {public_key(name): when for name, when in keys.items()}
    return Consents(state, now, times, noticed=noticed)


@pytest.mark.parametrize(
    ("age", "counts"), [(0, True), (AGE_MAX_MS, True), (AGE_MAX_MS + 1, False)]
)
def test_an_approval_counts_for_as_long_as_the_policy_says(
    state: State, age: int, counts: bool
) -> None:
    found = collected(state, {"mof": NOW - age, "sbp": NOW}, noticed=NOW)
    assert (codes(found, ApprovalOf("dual")) == []) is counts


def test_an_approval_that_was_in_time_stays_so_while_the_notice_runs(state: State) -> None:
    noticed = NOW - 2 * AGE_MAX_MS
    found = collected(state, {"mof": noticed - AGE_MAX_MS}, noticed=noticed)
    assert codes(found, ApprovalOf("late")) == []


def test_the_key_of_an_approval_must_still_be_its_participants(state: State) -> None:
    state.put(None, KEYS, public_key("mof"))
    found = collected(state, {"mof": NOW, "sbp": NOW}, noticed=NOW)
    assert codes(found, ApprovalOf("dual")) == [RejectionCode.MISSING_APPROVAL]


def test_an_act_with_notice_is_proposed_first(state: State) -> None:
    (refused,) = consents(state, "mof").check(ApprovalOf("late"))
    assert refused.code == RejectionCode.MUST_BE_PROPOSED


@pytest.mark.parametrize(("waited", "may"), [(0, False), (NOTICE - 1, False), (NOTICE, True)])
def test_the_notice_runs_from_the_last_approval(state: State, waited: int, may: bool) -> None:
    found = collected(state, {"mof": NOW}, noticed=NOW, now=NOW + waited)
    refusals = list(found.check(ApprovalOf("late")))
    assert (refusals == []) is may
    if not may:
        assert refusals[0].figures == {"act": "late", "until": NOW + NOTICE}
