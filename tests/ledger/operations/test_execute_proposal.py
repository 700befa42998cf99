"""What was approved is carried out once everybody has had notice."""

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import Role
from amanat.ledger.governance.proposals import ProposalStatus
from amanat.ledger.operations import (
    Approve,
    ExecuteProposal,
    SetRoles,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import KEYS, PROPOSALS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.recovery import EXPIRES, RECOVERY
from tests.ledger.world import NOTICE, START, public_key

UNKNOWN = bytes(32)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_anybody_carries_it_out_after_the_notice(desk: Desk) -> None:
    proposal = desk.propose("mof, sbp", [RECOVERY], EXPIRES)
    desk.wait_until(START + NOTICE["replace-keys"] + 1_000)
    events = desk.do("beta", ExecuteProposal(proposal))
    assert [event.name for event in events] == ["proposal-executed", "keys-replaced"]
    assert desk.state.get(KEYS, public_key("alpha new")) == "alpha"
    found = desk.state.get(PROPOSALS, proposal)
    assert found is not None
    assert found.status == ProposalStatus.EXECUTED


def test_not_before_the_notice_has_run_out(desk: Desk) -> None:
    proposal = desk.propose("mof, sbp", [RECOVERY], EXPIRES)
    desk.wait_until(START + NOTICE["replace-keys"] - 1_000)
    code, figures = desk.refused("mof, sbp", ExecuteProposal(proposal))
    assert code == RejectionCode.NOTICE_RUNS
    assert int(figures["until"]) > desk.time


def test_not_while_approvals_lack(desk: Desk) -> None:
    proposal = desk.propose("mof", [RECOVERY], EXPIRES)
    assert desk.refused("mof", ExecuteProposal(proposal)) == (
        RejectionCode.PROPOSAL_OPEN,
        {"proposal": proposal.hex()},
    )
    desk.do("sbp", Approve(proposal))
    assert desk.refused("mof", ExecuteProposal(proposal))[0] == RejectionCode.NOTICE_RUNS


def test_not_once_somebody_who_approved_has_lost_the_role(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("cdc", (Role.CUSTODIAN, Role.ISSUER)))
    proposal = desk.propose("cdc, sbp", [RECOVERY], EXPIRES)
    desk.do("mof, sbp", SetRoles("cdc", (Role.CUSTODIAN,)))
    desk.wait_until(START + NOTICE["replace-keys"] + DAY_MS)
    code, figures = desk.refused("mof", ExecuteProposal(proposal))
    assert (code, figures["role"]) == (RejectionCode.MISSING_APPROVAL, "issuer")


def test_not_twice(desk: Desk) -> None:
    proposal = desk.propose("mof, sbp", [RECOVERY], EXPIRES)
    desk.wait_until(START + NOTICE["replace-keys"] + 1_000)
    desk.do("beta", ExecuteProposal(proposal))
    assert desk.refused("beta", ExecuteProposal(proposal))[0] == RejectionCode.PROPOSAL_CLOSED


def test_not_what_is_unknown(desk: Desk) -> None:
    assert desk.refused("mof", ExecuteProposal(UNKNOWN))[0] == RejectionCode.UNKNOWN_PROPOSAL


def test_it_is_told_in_plain_words(desk: Desk) -> None:
    told = ExecuteProposal(desk.propose("mof", [RECOVERY], EXPIRES)).sentence(desk.state)
    assert told.startswith("execute the proposal of mof: take all keys of alpha from it")
