"""Who signed, and whether that is enough."""

import pytest

from amanat.ledger.authorization import ApprovalOf, SignatureOf, Signers
from amanat.ledger.participants import Role
from amanat.ledger.policies import Approval, Policy
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import PARTICIPANTS, POLICIES, State
from tests.ledger.world import participant


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
    dual = (Approval(Role.CENTRAL_BANK, 1), Approval(Role.ISSUER, 1))
    state.put(Policy("dual", dual), POLICIES, "dual")
    state.put(Policy("two-issuers", (Approval(Role.ISSUER, 2),)), POLICIES, "two-issuers")
    return state


def refusal(signers: Signers, requirement: SignatureOf | ApprovalOf) -> Refused:
    with pytest.raises(Refused) as refused:
        signers.check(requirement)
    return refused.value


def test_a_participant_signs_with_its_key(state: State) -> None:
    signers = Signers(state, ["mof"])
    signers.check(SignatureOf("mof"))
    refused = refusal(signers, SignatureOf("sbp"))
    assert (refused.code, refused.figures) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "sbp"},
    )


@pytest.mark.parametrize(("keys", "signs"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_participant_signs_with_as_many_keys_as_its_threshold(
    state: State, keys: int, signs: bool
) -> None:
    signers = Signers(state, ["board"] * keys)
    assert signers.signs("board") is signs


def test_too_few_keys_do_not_approve_either(state: State) -> None:
    Signers(state, ["sbp", "board", "board"]).check(ApprovalOf("dual"))
    refused = refusal(Signers(state, ["sbp", "board"]), ApprovalOf("dual"))
    assert refused.figures == {"act": "dual", "role": "issuer", "have": 0, "need": 1}


def test_approval_counts_participants_and_not_keys(state: State) -> None:
    refused = refusal(Signers(state, ["board"] * 3), ApprovalOf("two-issuers"))
    assert (refused.code, refused.figures) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "two-issuers", "role": "issuer", "have": 1, "need": 2},
    )
    Signers(state, ["mof", "board", "board"]).check(ApprovalOf("two-issuers"))


@pytest.mark.parametrize("signer", ["mof", "sbp"])
def test_dual_control_needs_both_roles(state: State, signer: str) -> None:
    assert refusal(Signers(state, [signer]), ApprovalOf("dual")).code == (
        RejectionCode.MISSING_APPROVAL
    )
    Signers(state, ["mof", "sbp"]).check(ApprovalOf("dual"))


def test_one_participant_with_both_roles_counts_for_each(state: State) -> None:
    Signers(state, ["treasury"]).check(ApprovalOf("dual"))


def test_what_no_policy_allows_nobody_may_do(state: State) -> None:
    refused = refusal(Signers(state, ["mof", "sbp", "treasury"]), ApprovalOf("mint"))
    assert (refused.code, refused.figures) == (RejectionCode.NO_POLICY, {"act": "mint"})


def test_the_names_are_sorted_and_each_is_given_once(state: State) -> None:
    assert Signers(state, ["sbp", "board", "mof", "board"]).names == ["board", "mof", "sbp"]
