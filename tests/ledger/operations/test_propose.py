"""Operations wait on the ledger for those who must approve them."""

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey, Standing
from amanat.ledger.governance.proposals import ProposalStatus, proposal_id
from amanat.ledger.operations import Approve, Issue, Propose, RotateKeys, SetStanding, Transfer
from amanat.ledger.rejections import DoorCode, RejectionCode
from amanat.ledger.state import PROPOSALS
from amanat.ledger.transactions import open_transaction
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, PARAMETERS, RUPEE, START, public_key

EXPIRES = START + DAY_MS
ISSUE = Issue(BILL, "mof-house", 500_000)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_a_proposal_waits_for_the_others(desk: Desk) -> None:
    envelope = desk.writer.sign(["mof"], Propose((ISSUE,), EXPIRES))
    transaction = open_transaction(envelope, bytes_max=len(envelope))
    desk.submit(envelope)
    proposal = desk.state.get(PROPOSALS, proposal_id(transaction.id, 0))
    assert proposal is not None
    assert (proposal.proposer, proposal.status) == ("mof", ProposalStatus.OPEN)
    assert [each.participant for each in proposal.approvals] == ["mof"]
    assert desk.supply(BILL) == (5_000_000_000, 0)


def test_its_id_is_in_the_event(desk: Desk) -> None:
    (event,) = desk.do("mof", Propose((ISSUE,), EXPIRES))
    assert event.name == "proposed"
    assert desk.state.get(PROPOSALS, bytes.fromhex(str(event.fields["proposal"]))) is not None
    assert event.fields["operations"] == "issue"
    assert event.fields["expires"] == EXPIRES


def test_where_the_signers_are_enough_it_takes_effect_at_once(desk: Desk) -> None:
    events = desk.do("mof, sbp", Propose((ISSUE,), EXPIRES))
    assert [event.name for event in events] == ["proposed", "proposal-executed", "issued"]
    assert desk.supply(BILL) == (5_000_500_000, 0)


def test_what_a_rule_refuses_is_not_proposed_by_those_who_could_do_it(desk: Desk) -> None:
    too_much = Transfer("alpha", "beta", RUPEE, 1_000_000_001)
    code, figures = desk.refused("alpha", Propose((too_much,), EXPIRES))
    assert code == RejectionCode.INSUFFICIENT_HOLDING
    assert figures["have"] == 1_000_000_000


def test_several_operations_take_effect_together_or_not_at_all(desk: Desk) -> None:
    moves = (Transfer("alpha", "beta", RUPEE, 5), Transfer("beta", "alpha", RUPEE, 7))
    desk.do("alpha", Propose(moves, EXPIRES))
    assert desk.held("alpha", RUPEE) == 1_000_000_000
    desk.do("alpha, beta", Propose(moves, EXPIRES))
    assert desk.held("alpha", RUPEE) == 1_000_000_002


@pytest.mark.parametrize("expires", [START, START - 1, START + PARAMETERS.proposal_max_ms + 1_000])
def test_it_ends_later_and_not_too_late(desk: Desk, expires: int) -> None:
    code, figures = desk.refused("mof", Propose((ISSUE,), expires))
    assert code == RejectionCode.INVALID_PROPOSAL
    assert figures["expires"] == expires


def test_nobody_suspended_proposes(desk: Desk) -> None:
    desk.do("mof, sbp", SetStanding("cdc", Standing.SUSPENDED))
    assert desk.refused("cdc", Propose((ISSUE,), EXPIRES)) == (
        RejectionCode.SUSPENDED,
        {"participant": "cdc"},
    )


def test_it_is_told_in_plain_words(desk: Desk) -> None:
    assert Propose((ISSUE,), EXPIRES).sentence(desk.state) == (
        "propose until 2026-01-02T00:00:00Z: issue PKR 5,000.00 of PK04D2512341 into mof-house"
    )


def with_old_key(until: int | None) -> RotateKeys:
    """Let the ministry's old key sign beside its own, until its end."""
    held = (ParticipantKey(public_key("mof"), 1, None), ParticipantKey(public_key("old"), 1, until))
    return RotateKeys("mof", tuple(sorted(held, key=lambda each: each.key)), 1)


def test_a_key_that_has_ended_neither_proposes_nor_approves(desk: Desk) -> None:
    desk.do("mof", with_old_key(until=START + 50))
    proposal = desk.propose("mof", (ISSUE,), EXPIRES)
    desk.wait_until(START + 50)
    for act in (Propose((ISSUE,), EXPIRES), Approve(proposal)):
        assert desk.door(desk.writer.sign(["old"], act)) == DoorCode.KEY_ENDED


WITHOUT_OLD = RotateKeys("mof", (ParticipantKey(public_key("mof"), 1, None),), 1)
"""Ends the old key in the middle of a transaction."""


def test_nor_does_one_that_its_own_transaction_ends(desk: Desk) -> None:
    desk.do("mof", with_old_key(until=None))
    proposal = desk.propose("mof", (ISSUE,), EXPIRES)
    for act in (Propose((ISSUE,), EXPIRES), Approve(proposal)):
        assert desk.refused("old", WITHOUT_OLD, act) == (
            RejectionCode.MISSING_SIGNATURE,
            {"key": public_key("old").hex()},
        )


def test_beside_a_key_that_lasts_it_does_not_count(desk: Desk) -> None:
    desk.do("mof", with_old_key(until=None))
    events = desk.do("mof, old", WITHOUT_OLD, Propose((ISSUE,), EXPIRES))
    proposal = desk.state.get(PROPOSALS, bytes.fromhex(str(events[1].fields["proposal"])))
    assert proposal is not None
    assert [each.key for each in proposal.approvals] == [public_key("mof")]
