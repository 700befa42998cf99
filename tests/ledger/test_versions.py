"""A version takes effect at its block, and a program that does not know it stops before."""

import pytest

from amanat.ledger import versions
from amanat.ledger.operations import ActivateVersion, ExecuteProposal, Transfer, activate_version
from amanat.ledger.state import versions_of
from amanat.ledger.versions import Activation, UnknownVersion, Versions
from tests.ledger.desk import NEVER, Desk, anything, build, desk_with_market
from tests.ledger.world import NOTICE, RUPEE, START

LEAD = 3


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A market that takes version 2 from its fourth block from now on."""
    monkeypatch.setattr(activate_version, "LEAD_BLOCKS", LEAD)
    desk = desk_with_market()
    height = desk.leader.tip.height + 3 + LEAD
    expires = START + 10 * NOTICE["activate-version"]
    proposal = desk.propose("mof, sbp", [ActivateVersion(2, height)], expires)
    desk.wait_until(START + NOTICE["activate-version"] + 10)
    desk.do("sbp", ExecuteProposal(proposal))
    assert desk.leader.tip.height + LEAD == height
    return desk


def pay(desk: Desk) -> None:
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 1))


def test_the_version_holds_from_its_block_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "SUPPORTED", (1, 2))
    for _ in range(LEAD - 1):
        pay(desk)
        assert versions_of(desk.state).current == 1
    pay(desk)
    assert versions_of(desk.state) == Versions(2, None)
    pay(desk)
    assert versions_of(desk.state) == Versions(2, None)


def test_a_leader_that_does_not_know_it_builds_no_block_of_it(desk: Desk) -> None:
    for _ in range(LEAD - 1):
        pay(desk)
    before = desk.leader.tip
    with pytest.raises(UnknownVersion) as unknown:
        build(desk.leader, time=desk.time)
    assert str(unknown.value) == (
        f"from block {before.height + 1} on the network runs protocol version 2; this program "
        "knows 1: install one that knows it, and start again"
    )
    assert desk.leader.tip == before


def test_a_follower_that_does_not_know_it_takes_no_block_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(LEAD - 1):
        pay(desk)
    monkeypatch.setattr(versions, "SUPPORTED", (1, 2))
    block = build(desk.leader, time=desk.time)
    monkeypatch.setattr(versions, "SUPPORTED", (1,))
    before = desk.follower.tip
    with pytest.raises(UnknownVersion):
        desk.follower.extend(block.payload, latest=NEVER, accept=anything)
    assert desk.follower.tip == before
    monkeypatch.setattr(versions, "SUPPORTED", (1, 2))
    assert desk.follower.extend(block.payload, latest=NEVER, accept=anything).digest == block.digest


def test_what_is_scheduled_holds_from_its_height_on() -> None:
    coming = Versions(1, Activation(2, 10))
    assert coming.at(9) == coming
    assert coming.at(10) == coming.at(11) == Versions(2, None)
    coming.check(9)
    with pytest.raises(UnknownVersion):
        coming.check(10)
    Versions.first().check(10**9)
