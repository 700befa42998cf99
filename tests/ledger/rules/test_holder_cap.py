"""A holder has at most so much, in all its accounts together."""

import pytest

from amanat.ledger.operations import DeliverVersusPayment, Issue
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import HolderCap
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL, RUPEE

CAP = HolderCap(10 * FACE)


def over(holder: str, would_hold: int, may_hold: int = 10) -> tuple[str, dict[str, str | int]]:
    return RejectionCode.HOLDER_CAP, {
        "holder": holder,
        "would_hold": would_hold * FACE,
        "may_hold": may_hold * FACE,
    }


@pytest.fixture
def desk() -> Desk:
    return ruled(CAP)


def test_a_holder_has_exactly_the_cap_and_no_piece_more(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 10)
    assert refused(desk, "mof-house", "alpha", 1) == over("alpha", 11)


def test_too_much_at_once_is_refused(desk: Desk) -> None:
    assert refused(desk, "mof-house", "alpha", 11) == over("alpha", 11)


def test_what_its_accounts_hold_is_added_up(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 6)
    give(desk, "mof-house", "alpha-2", 4)
    assert refused(desk, "mof-house", "alpha-2", 1) == over("alpha", 11)


def test_a_holder_at_the_cap_moves_it_among_its_own_accounts(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 10)
    give(desk, "alpha", "alpha-2", 7)


def test_the_primary_issue_comes_in_like_anything_else(desk: Desk) -> None:
    assert desk.refused("mof, sbp", Issue(BILL, "beta", 11 * FACE)) == over("beta", 11)
    desk.do("mof, sbp", Issue(BILL, "beta", 10 * FACE))


def test_the_issuer_is_no_investor(desk: Desk) -> None:
    desk.do("mof, sbp", Issue(BILL, "mof-house", 1_000 * FACE))
    give(desk, "mof-house", "alpha", 10)
    give(desk, "alpha", "mof-house", 10)


def test_who_holds_more_than_a_new_cap_keeps_it_and_gets_no_more(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 8)
    set_rules(desk, HolderCap(5 * FACE))
    assert desk.held("alpha", BILL) == 8 * FACE
    assert refused(desk, "mof-house", "alpha", 1) == over("alpha", 9, 5)
    give(desk, "alpha", "alpha-2", 1)
    give(desk, "alpha", "beta", 1)
    assert refused(desk, "beta", "alpha", 1) == over("alpha", 8, 5)
    give(desk, "alpha", "gamma", 3)
    give(desk, "gamma", "alpha", 1)


def test_several_legs_are_checked_in_their_order(desk: Desk) -> None:
    """So that the cap is not exceeded at any moment, not even within one transaction."""
    give(desk, "mof-house", "alpha", 10)
    first, second = (
        DeliverVersusPayment("mof-house", "alpha", BILL, FACE, RUPEE, 1),
        DeliverVersusPayment("alpha", "beta", BILL, FACE, RUPEE, 1),
    )
    assert desk.refused("mof, alpha, beta", first, second) == over("alpha", 11)
    desk.do("mof, alpha, beta", second, first)


def test_it_tells_itself() -> None:
    assert CAP.sentence(ruled().state, BILL) == f"the cap per holder: PKR 50,000.00 of {BILL}"
