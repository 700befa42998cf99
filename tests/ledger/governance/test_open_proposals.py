"""What waits is on a list, and what has lapsed leaves it."""

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.open_proposals import OPEN_PROPOSALS
from amanat.ledger.governance.participants import ParticipantKey
from amanat.ledger.governance.proposals import ProposalStatus
from amanat.ledger.operations import Approve, ExecuteProposal, Issue, ReplaceKeys, WithdrawProposal
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import PROPOSALS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, NOTICE, START, public_key

SOON, LATE = START + DAY_MS, START + 30 * DAY_MS
ISSUE = Issue(BILL, "mof-house", 500_000)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def listed(desk: Desk) -> list[bytes]:
    return [bytes.fromhex(each) for each in OPEN_PROPOSALS.members(desk.state)]


def status(desk: Desk, proposal: bytes) -> ProposalStatus:
    found = desk.state.get(PROPOSALS, proposal)
    assert found is not None
    return found.status


def test_a_proposal_is_listed_until_it_takes_effect(desk: Desk) -> None:
    first = desk.propose("mof", [ISSUE], LATE)
    second = desk.propose("mof", [ISSUE], LATE)
    assert listed(desk) == [first, second]
    desk.do("sbp", Approve(first))
    assert listed(desk) == [second]
    desk.do("mof", WithdrawProposal(second))
    assert listed(desk) == []


def test_one_that_takes_effect_at_once_is_never_listed(desk: Desk) -> None:
    desk.propose("mof, sbp", [ISSUE], LATE)
    assert listed(desk) == []


def test_one_whose_notice_runs_is_listed(desk: Desk) -> None:
    keys = ReplaceKeys("mof", (ParticipantKey(public_key("new"), 1, None),), 1)
    proposal = desk.propose("mof, sbp", [keys], LATE)
    assert status(desk, proposal) == ProposalStatus.APPROVED
    assert listed(desk) == [proposal]
    desk.wait_until(START + NOTICE["replace-keys"] + DAY_MS)
    desk.do("sbp", ExecuteProposal(proposal))
    assert listed(desk) == []


def test_each_new_proposal_takes_two_that_lapsed_off_the_list(desk: Desk) -> None:
    lapsed = [desk.propose("mof", [ISSUE], SOON) for _ in range(3)]
    waiting = desk.propose("mof", [ISSUE], LATE)
    desk.wait_until(SOON - 10)
    fifth = desk.propose("mof", [ISSUE], LATE)
    assert listed(desk) == [*lapsed, waiting, fifth]
    desk.wait_until(SOON + DAY_MS)
    sixth = desk.propose("mof", [ISSUE], LATE)
    assert listed(desk) == [lapsed[2], waiting, fifth, sixth]
    assert status(desk, lapsed[0]) == ProposalStatus.LAPSED
    seventh = desk.propose("mof", [ISSUE], LATE)
    assert listed(desk) == [waiting, fifth, sixth, seventh]


def test_what_has_lapsed_is_closed_alike_whether_it_is_listed_or_not(desk: Desk) -> None:
    lapsed = [desk.propose("mof", [ISSUE], SOON) for _ in range(3)]
    desk.wait_until(SOON + DAY_MS)
    desk.propose("mof", [ISSUE], LATE)
    for each in lapsed:
        assert desk.refused("sbp", Approve(each)) == (
            RejectionCode.PROPOSAL_CLOSED,
            {"proposal": each.hex(), "status": "lapsed"},
        )
