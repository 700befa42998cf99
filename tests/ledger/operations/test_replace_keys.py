"""Lost keys are replaced by decision of others, after notice to everybody."""

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey
from amanat.ledger.operations import (
    Approve,
    ExecuteProposal,
    Propose,
    ReplaceKeys,
    Transfer,
    WithdrawProposal,
)
from amanat.ledger.rejections import DoorCode, RejectionCode
from amanat.ledger.state import HOLDINGS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import NOTICE, RUPEE, START, public_key

NEXT = ParticipantKey(public_key("alpha next"), 1, None)
RECOVERY = ReplaceKeys("alpha", (NEXT,), 1)
NOW = START + 60_000
OVER = NOW + NOTICE["replace-keys"]


@pytest.fixture
def desk() -> Desk:
    desk = desk_with_market()
    desk.time = NOW
    return desk


def approved(desk: Desk) -> bytes:
    (event, *_) = desk.do("mof, sbp", Propose((RECOVERY,), START + 20 * DAY_MS))
    return bytes.fromhex(str(event.fields["proposal"]))


def test_it_is_never_done_without_notice(desk: Desk) -> None:
    assert desk.refused("mof, sbp", RECOVERY) == (
        RejectionCode.MUST_BE_PROPOSED,
        {"act": "replace-keys", "delay_ms": NOTICE["replace-keys"]},
    )


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", "custodian-a, custodian-b, cdc"])
def test_keys_are_replaced_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, RECOVERY)
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "replace-keys")


def test_the_last_approval_begins_the_notice(desk: Desk) -> None:
    (proposed,) = desk.do("mof", Propose((RECOVERY,), START + 20 * DAY_MS))
    identifier = str(proposed.fields["proposal"])
    desk.time = NOW + 5_000
    (_, event) = desk.do("sbp", Approve(bytes.fromhex(identifier)))
    assert (event.name, event.fields) == (
        "proposal-approved",
        {"proposal": identifier, "executable": OVER + 5_000},
    )
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 1))


def test_it_takes_effect_after_the_notice_and_not_before(desk: Desk) -> None:
    proposal = approved(desk)
    before = desk.state.get(HOLDINGS, "alpha", RUPEE)
    desk.wait_until(OVER - 2)  # closing the day takes a block, a millisecond before
    assert desk.refused("sbp", ExecuteProposal(proposal)) == (
        RejectionCode.NOTICE_RUNS,
        {"act": "replace-keys", "until": OVER},
    )
    desk.wait_until(OVER)
    (_, event) = desk.do("gamma", ExecuteProposal(proposal))
    assert (event.name, event.fields) == (
        "keys-replaced",
        {"participant": "alpha", "keys": NEXT.key.hex(), "threshold": 1},
    )
    assert desk.state.get(HOLDINGS, "alpha", RUPEE) == before
    send = Transfer("alpha", "beta", RUPEE, 1)
    assert desk.door(desk.writer.sign(["alpha"], send)) == DoorCode.KEY_ENDED
    desk.do("alpha next", send)


def test_a_stranger_cannot_make_the_notice_begin_again(desk: Desk) -> None:
    proposal = approved(desk)
    desk.wait_until(OVER - 1)
    outcome = desk.submit(desk.writer.sign(["alpha"], Approve(proposal)))
    desk.wait_until(OVER)
    assert desk.do("sbp", ExecuteProposal(proposal)), outcome


@pytest.mark.parametrize("sovereign", ["mof", "sbp"])
def test_the_sovereign_withdraws_it_while_the_notice_runs(desk: Desk, sovereign: str) -> None:
    proposal = approved(desk)
    desk.wait_until(OVER - 1)
    desk.do(sovereign, WithdrawProposal(proposal))
    desk.wait_until(OVER)
    assert desk.refused("sbp", ExecuteProposal(proposal)) == (
        RejectionCode.PROPOSAL_CLOSED,
        {"proposal": proposal.hex(), "status": "withdrawn"},
    )
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 1))


@pytest.mark.parametrize(
    ("operation", "code", "figures"),
    [
        (
            ReplaceKeys("nobody", (NEXT,), 1),
            RejectionCode.UNKNOWN_PARTICIPANT,
            {"participant": "nobody"},
        ),
        (
            ReplaceKeys("alpha", (NEXT,), 2),
            RejectionCode.INVALID_KEYS,
            {"problem": "threshold 2 exceeds 1, the weight of keys without end"},
        ),
        (
            ReplaceKeys("alpha", (ParticipantKey(public_key("alpha"), 1, None),), 1),
            RejectionCode.INVALID_KEYS,
            {"key": public_key("alpha").hex(), "need": "a new key"},
        ),
        (
            ReplaceKeys("alpha", (ParticipantKey(public_key("beta"), 1, None),), 1),
            RejectionCode.INVALID_KEYS,
            {"key": public_key("beta").hex(), "owner": "beta"},
        ),
    ],
)
def test_what_could_not_be_is_refused_when_it_is_proposed(
    desk: Desk, operation: ReplaceKeys, code: RejectionCode, figures: dict[str, str]
) -> None:
    proposal = Propose((operation,), START + 20 * DAY_MS)
    assert desk.refused("mof, sbp", proposal) == (code, figures)


def test_the_sentence_says_that_the_keys_are_taken(desk: Desk) -> None:
    assert RECOVERY.sentence(desk.state) == (
        f"take all keys of alpha from it and give it {NEXT.key.hex()[:16]}… in their place"
    )
