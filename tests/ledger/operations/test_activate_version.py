"""A protocol version is scheduled under dual control, with notice, well ahead of its block."""

import pytest

from amanat.ledger.operations import ActivateVersion, ExecuteProposal
from amanat.ledger.receipts import Event, Figures
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import versions_of
from amanat.ledger.versions import LEAD_BLOCKS, Activation, Versions
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import NOTICE, START

EXPIRES = START + 10 * NOTICE["activate-version"]
FAR = 10_000


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def decide(desk: Desk, *acts: ActivateVersion) -> list[Event]:
    """Propose, wait out the notice, execute."""
    proposal = desk.propose("mof, sbp", acts, EXPIRES)
    desk.wait_until(desk.time + NOTICE["activate-version"] + 10)
    return desk.do("sbp", ExecuteProposal(proposal))


def refused(desk: Desk, act: ActivateVersion) -> Figures:
    """Return the figures with which the rule refuses it, before anybody need approve."""
    envelope = desk.writer.sign(["mof", "sbp"], act)
    run = desk.leader.rehearse(envelope, now=desk.time)
    codes = [each.refused.code for each in run.refusals]
    assert codes == [RejectionCode.MUST_BE_PROPOSED, RejectionCode.INVALID_VERSION]
    return run.refusals[1].refused.figures


def test_it_is_scheduled_after_its_notice(desk: Desk) -> None:
    assert versions_of(desk.state) == Versions(1, None)
    events = decide(desk, ActivateVersion(2, FAR))
    assert (events[-1].name, events[-1].fields) == (
        "version-scheduled",
        {"version": 2, "height": FAR},
    )
    assert versions_of(desk.state) == Versions(1, Activation(2, FAR))


def test_it_takes_notice_and_dual_control(desk: Desk) -> None:
    assert desk.refused("mof, sbp", ActivateVersion(2, FAR)) == (
        RejectionCode.MUST_BE_PROPOSED,
        {"act": "activate-version", "delay_ms": NOTICE["activate-version"]},
    )
    for signers in ("mof", "sbp", "alpha", "cdc, custodian-a, custodian-b"):
        code, figures = desk.refused(signers, ActivateVersion(2, FAR))
        assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "activate-version")


def test_another_takes_its_place_and_it_can_be_withdrawn(desk: Desk) -> None:
    decide(desk, ActivateVersion(2, FAR))
    decide(desk, ActivateVersion(3, FAR + 5))
    assert versions_of(desk.state) == Versions(1, Activation(3, FAR + 5))
    events = decide(desk, ActivateVersion(3, None))
    assert (events[-1].name, events[-1].fields) == ("version-withdrawn", {"version": 3})
    assert versions_of(desk.state) == Versions(1, None)


def test_only_what_is_to_come_is_withdrawn(desk: Desk) -> None:
    assert refused(desk, ActivateVersion(2, None)) == {"version": 2, "scheduled": 0}
    decide(desk, ActivateVersion(2, FAR))
    assert refused(desk, ActivateVersion(3, None)) == {"version": 3, "scheduled": 2}


def test_a_version_is_newer_than_the_one_that_holds(desk: Desk) -> None:
    assert refused(desk, ActivateVersion(1, FAR)) == {"version": 1, "current": 1}


def test_it_is_scheduled_well_ahead(desk: Desk) -> None:
    least = desk.leader.tip.height + 1 + LEAD_BLOCKS
    assert refused(desk, ActivateVersion(2, least - 1)) == {"height": least - 1, "need": least}
    run = desk.leader.rehearse(
        desk.writer.sign(["mof", "sbp"], ActivateVersion(2, least)), now=desk.time
    )
    assert [each.refused.code for each in run.refusals] == [RejectionCode.MUST_BE_PROPOSED]


def test_the_sentence_says_from_which_block_on(desk: Desk) -> None:
    assert ActivateVersion(2, FAR).sentence(desk.state) == (
        "run protocol version 2 from block 10,000 on; until then version 1"
    )
    decide(desk, ActivateVersion(2, FAR))
    assert ActivateVersion(3, FAR + 5).sentence(desk.state) == (
        "run protocol version 3 from block 10,005 on, not version 2 from block 10,000 on; "
        "until then version 1"
    )
    assert ActivateVersion(2, None).sentence(desk.state) == (
        "withdraw protocol version 2 before it takes effect"
    )
