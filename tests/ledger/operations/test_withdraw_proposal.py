"""A proposal ends before it takes effect."""

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import (
    Approve,
    ExecuteProposal,
    WithdrawProposal,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import KEYS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.recovery import EXPIRES, RECOVERY
from tests.ledger.world import NOTICE, START, public_key

UNKNOWN = bytes(32)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


@pytest.mark.parametrize("signer", ["cdc", "mof", "sbp"])
def test_its_proposer_and_the_sovereign_withdraw_it(desk: Desk, signer: str) -> None:
    proposal = desk.propose("cdc", [RECOVERY], EXPIRES)
    (event,) = desk.do(signer, WithdrawProposal(proposal))
    assert (event.name, event.fields["by"]) == ("proposal-withdrawn", signer)
    assert desk.refused("mof, sbp", Approve(proposal)) == (
        RejectionCode.PROPOSAL_CLOSED,
        {"proposal": proposal.hex(), "status": "withdrawn"},
    )


@pytest.mark.parametrize("signers", ["alpha", "custodian-a", "custodian-a, custodian-b"])
def test_nobody_else_does(desk: Desk, signers: str) -> None:
    proposal = desk.propose("cdc", [RECOVERY], EXPIRES)
    assert desk.refused(signers, WithdrawProposal(proposal)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "cdc"},
    )


def test_it_is_withdrawn_while_its_notice_runs(desk: Desk) -> None:
    proposal = desk.propose("mof, sbp", [RECOVERY], EXPIRES)
    desk.do("sbp", WithdrawProposal(proposal))
    desk.wait_until(START + NOTICE["replace-keys"] + DAY_MS)
    assert desk.refused("mof", ExecuteProposal(proposal))[0] == RejectionCode.PROPOSAL_CLOSED
    assert desk.state.get(KEYS, public_key("alpha")) == "alpha"


def test_what_is_unknown_is_not_withdrawn(desk: Desk) -> None:
    assert desk.refused("mof", WithdrawProposal(UNKNOWN))[0] == RejectionCode.UNKNOWN_PROPOSAL


def test_it_is_told_in_plain_words(desk: Desk) -> None:
    told = WithdrawProposal(desk.propose("mof", [RECOVERY], EXPIRES)).sentence(desk.state)
    assert told.startswith("withdraw the proposal of mof: take all keys of alpha from it")
