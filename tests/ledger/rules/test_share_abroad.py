"""At most a share of what is outstanding is held abroad, to the unit."""

import pytest

from amanat.ledger.operations import Attest, Issue
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import ShareAbroad
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL, attestation

PIECES = 10_000
"""What is outstanding in the market."""


def over(would_hold: int, may_hold: int, share: int) -> tuple[str, dict[str, str | int]]:
    return RejectionCode.SHARE_ABROAD, {
        "would_hold": would_hold * FACE,
        "may_hold": may_hold * FACE,
        "outstanding": PIECES * FACE,
        "basis_points": share,
    }


@pytest.fixture
def desk() -> Desk:
    """One percent may be held abroad: 100 pieces."""
    return ruled(ShareAbroad(100))


def test_exactly_the_share_is_held_abroad_and_no_piece_more(desk: Desk) -> None:
    give(desk, "mof-house", "delta", 60)
    give(desk, "mof-house", "omega", 40)
    assert refused(desk, "mof-house", "omega", 1) == over(101, 100, 100)


def test_one_basis_point_is_one_piece_in_ten_thousand() -> None:
    desk = ruled(ShareAbroad(1))
    assert refused(desk, "mof-house", "delta", 2) == over(2, 1, 1)
    give(desk, "mof-house", "delta", 1)


def test_a_share_that_is_no_whole_piece_is_not_rounded_up() -> None:
    desk = ruled(ShareAbroad(1))
    desk.do("mof, sbp", Issue(BILL, "mof-house", 9_999 * FACE))
    code, figures = refused(desk, "mof-house", "delta", 2)
    assert code == RejectionCode.SHARE_ABROAD
    assert (figures["would_hold"], figures["may_hold"]) == (1_000_000, 999_950)
    desk.do("mof, sbp", Issue(BILL, "mof-house", FACE))
    give(desk, "mof-house", "delta", 2)


def test_within_the_share_foreigners_trade_with_one_another_and_sell_home(desk: Desk) -> None:
    give(desk, "mof-house", "delta", 100)
    give(desk, "delta", "omega", 50)
    give(desk, "omega", "alpha", 50)
    give(desk, "alpha", "delta", 50)


def test_an_issue_abroad_raises_both_sides(desk: Desk) -> None:
    """102 of 10,002 are more than one percent, and 101 of 10,100 are not."""
    give(desk, "mof-house", "delta", 100)
    assert desk.refused("mof, sbp", Issue(BILL, "delta", 2 * FACE))[1] == {
        "would_hold": 102 * FACE,
        "may_hold": 10_002 * FACE // 100,
        "outstanding": 10_002 * FACE,
        "basis_points": 100,
    }
    desk.do("mof, sbp", Issue(BILL, "mof-house", 99 * FACE))
    desk.do("mof, sbp", Issue(BILL, "delta", FACE))


def test_none_and_all_may_be_held_abroad(desk: Desk) -> None:
    set_rules(desk, ShareAbroad(0))
    assert refused(desk, "mof-house", "delta", 1) == over(1, 0, 0)
    give(desk, "mof-house", "alpha", 1)
    set_rules(desk, ShareAbroad(10_000))
    give(desk, "mof-house", "delta", PIECES - 1)
    give(desk, "alpha", "delta", 1)


def test_a_holder_who_moves_abroad_takes_its_holding_with_it(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 150)
    desk.do("custodian-a", Attest("alpha", attestation(jurisdiction="GB")))
    assert refused(desk, "mof-house", "delta", 1) == over(151, 100, 100)
    give(desk, "alpha", "beta", 51)
    give(desk, "mof-house", "delta", 1)


def test_it_tells_itself() -> None:
    assert ShareAbroad(1_250).sentence(ruled().state, BILL) == (
        "the share that may be held abroad: 12.50 % of what is outstanding"
    )
