"""Approvals of keys, until there are enough."""

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey, Role, Standing
from amanat.ledger.governance.proposals import ProposalStatus
from amanat.ledger.operations import (
    Approve,
    Issue,
    OpenAccount,
    RegisterParticipant,
    RotateKeys,
    SetStanding,
    Transfer,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import PROPOSALS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import (
    AGE_MAX_MS,
    BILL,
    RUPEE,
    START,
    account,
    participant,
    public_key,
)

EXPIRES = START + 30 * DAY_MS
ISSUE = Issue(BILL, "mof-house", 500_000)
UNKNOWN = bytes(32)


@pytest.fixture
def desk() -> Desk:
    """A market in which `firm` signs with two keys of two people."""
    desk = desk_with_market()
    firm = participant("firm", Role.HOLDER, keys=2, threshold=2)
    opening: OpenAccount = account("firm", "firm", "custodian-a")
    desk.do("custodian-a", RegisterParticipant(firm), opening)
    desk.do("sbp", Issue(RUPEE, "firm", 1_000))
    return desk


def status(desk: Desk, proposal: bytes) -> ProposalStatus:
    found = desk.state.get(PROPOSALS, proposal)
    assert found is not None
    return found.status


def approvers(desk: Desk, proposal: bytes) -> list[str]:
    found = desk.state.get(PROPOSALS, proposal)
    assert found is not None
    return [each.participant for each in found.approvals]


def test_what_the_maker_proposes_the_checker_approves(desk: Desk) -> None:
    transfer = Transfer("firm", "alpha", RUPEE, 400)
    assert desk.refused("firm", transfer)[0] == RejectionCode.MISSING_SIGNATURE
    proposal = desk.propose("firm", [transfer], EXPIRES)
    assert desk.held("firm", RUPEE) == 1_000
    events = desk.do("firm 2", Approve(proposal))
    assert [event.name for event in events] == [
        "approval-added",
        "proposal-executed",
        "transferred",
    ]
    assert desk.held("firm", RUPEE) == 600
    assert status(desk, proposal) == ProposalStatus.EXECUTED


def test_the_maker_does_not_check_himself(desk: Desk) -> None:
    proposal = desk.propose("firm", [Transfer("firm", "alpha", RUPEE, 400)], EXPIRES)
    desk.do("firm", Approve(proposal))
    assert status(desk, proposal) == ProposalStatus.OPEN


@pytest.mark.parametrize("signers", ["alpha", "cdc, custodian-a, custodian-b"])
def test_those_who_are_not_asked_cannot_approve(desk: Desk, signers: str) -> None:
    proposal = desk.propose("mof", [ISSUE], EXPIRES)
    assert desk.refused(signers, Approve(proposal)) == (
        RejectionCode.NOT_ASKED,
        {"proposal": proposal.hex(), "participants": signers.replace(", ", ",")},
    )
    assert approvers(desk, proposal) == ["mof"]


def test_who_proposes_without_being_asked_approves_nothing(desk: Desk) -> None:
    proposal = desk.propose("cdc", [ISSUE], EXPIRES)
    assert approvers(desk, proposal) == []
    desk.do("mof, sbp", Approve(proposal))
    assert status(desk, proposal) == ProposalStatus.EXECUTED


def test_strangers_who_sign_beside_others_take_no_room(desk: Desk) -> None:
    proposal = desk.propose("alpha, mof", [ISSUE], EXPIRES)
    assert approvers(desk, proposal) == ["mof"]
    events = desk.do("alpha, beta, mof", Approve(proposal))
    assert events[0].fields["participants"] == "mof"
    assert approvers(desk, proposal) == ["mof"]


def test_who_is_asked_by_a_later_operation_may_approve_first(desk: Desk) -> None:
    """Also where only an earlier operation of the proposal makes the account known."""
    opening: OpenAccount = account("second", "alpha", "custodian-a")
    acts = (opening, Transfer("firm", "second", RUPEE, 1), Transfer("second", "firm", RUPEE, 1))
    proposal = desk.propose("cdc", acts, EXPIRES)
    desk.do("alpha", Approve(proposal))
    desk.do("firm", Approve(proposal))
    assert approvers(desk, proposal) == ["alpha", "firm"]
    desk.do("custodian-a, firm 2", Approve(proposal))
    assert status(desk, proposal) == ProposalStatus.EXECUTED


def test_the_last_approval_acts_at_once_and_once(desk: Desk) -> None:
    proposal = desk.propose("mof", [ISSUE], EXPIRES)
    desk.do("sbp", Approve(proposal))
    assert desk.supply(BILL) == (5_000_500_000, 0)
    assert desk.refused("sbp", Approve(proposal)) == (
        RejectionCode.PROPOSAL_CLOSED,
        {"proposal": proposal.hex(), "status": "executed"},
    )


def test_a_proposal_lapses(desk: Desk) -> None:
    proposal = desk.propose("mof", [ISSUE], EXPIRES)
    desk.wait_until(EXPIRES + 1)
    assert desk.refused("sbp", Approve(proposal)) == (
        RejectionCode.PROPOSAL_CLOSED,
        {"proposal": proposal.hex(), "status": "lapsed"},
    )


def test_an_approval_grows_old_and_can_be_renewed(desk: Desk) -> None:
    proposal = desk.propose("mof", [ISSUE], EXPIRES)
    desk.wait_until(START + AGE_MAX_MS + DAY_MS)
    desk.do("sbp", Approve(proposal))
    assert status(desk, proposal) == ProposalStatus.OPEN
    desk.do("mof", Approve(proposal))
    assert status(desk, proposal) == ProposalStatus.EXECUTED


def test_a_key_that_was_rotated_away_has_approved_nothing(desk: Desk) -> None:
    proposal = desk.propose("mof", [ISSUE], EXPIRES)
    fresh = (ParticipantKey(public_key("mof fresh"), 1, None),)
    desk.do("mof", RotateKeys("mof", fresh, 1))
    desk.do("sbp", Approve(proposal))
    assert status(desk, proposal) == ProposalStatus.OPEN
    desk.do("mof fresh", Approve(proposal))
    assert status(desk, proposal) == ProposalStatus.EXECUTED


@pytest.mark.parametrize("heir", ["alpha", "gamma"])
def test_the_approval_of_a_key_that_was_rotated_out_comes_back_with_nobody(
    desk: Desk, heir: str
) -> None:
    acts = [Transfer(each, "beta", RUPEE, 1) for each in ("alpha", "gamma")]
    proposal = desk.propose("gamma", acts, EXPIRES)
    desk.do("gamma", RotateKeys("gamma", (ParticipantKey(public_key("new"), 1, None),), 1))
    key = ParticipantKey(public_key("gamma"), 1, None)
    code, _ = desk.refused("alpha, new", RotateKeys(heir, (key,), 1))
    assert code == RejectionCode.INVALID_KEYS
    desk.do("alpha", Approve(proposal))
    assert status(desk, proposal) == ProposalStatus.OPEN
    desk.do("new", Approve(proposal))
    assert status(desk, proposal) == ProposalStatus.EXECUTED


def test_a_rule_that_refuses_leaves_the_proposal_open(desk: Desk) -> None:
    proposal = desk.propose("firm", [Transfer("firm", "alpha", RUPEE, 5_000)], EXPIRES)
    assert desk.refused("firm 2", Approve(proposal))[0] == RejectionCode.INSUFFICIENT_HOLDING
    assert status(desk, proposal) == ProposalStatus.OPEN
    desk.do("sbp", Issue(RUPEE, "firm", 4_000))
    desk.do("firm 2", Approve(proposal))
    assert desk.held("firm", RUPEE) == 0


def test_all_of_it_takes_effect_or_nothing(desk: Desk) -> None:
    acts = (Transfer("firm", "alpha", RUPEE, 1), Transfer("firm", "alpha", RUPEE, 1_000))
    proposal = desk.propose("firm", acts, EXPIRES)
    assert desk.refused("firm 2", Approve(proposal))[0] == RejectionCode.INSUFFICIENT_HOLDING
    assert desk.held("firm", RUPEE) == 1_000


def test_what_is_not_known_cannot_be_approved(desk: Desk) -> None:
    assert desk.refused("mof", Approve(UNKNOWN)) == (
        RejectionCode.UNKNOWN_PROPOSAL,
        {"proposal": UNKNOWN.hex()},
    )


def test_nobody_suspended_approves(desk: Desk) -> None:
    proposal = desk.propose("mof", [ISSUE], EXPIRES)
    desk.do("mof, sbp", SetStanding("cdc", Standing.SUSPENDED))
    assert desk.refused("cdc", Approve(proposal))[0] == RejectionCode.SUSPENDED


def test_it_is_told_in_plain_words(desk: Desk) -> None:
    proposal = desk.propose("mof", [ISSUE], EXPIRES)
    assert Approve(proposal).sentence(desk.state) == (
        "approve the proposal of mof: issue PKR 5,000.00 of PK04D2512341 into mof-house"
    )
    assert "not known" in Approve(UNKNOWN).sentence(desk.state)
