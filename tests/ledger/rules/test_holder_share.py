"""A holder of a class has at most a share of the issue, to the unit."""

import pytest

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.operations import Issue
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import HolderShare
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL, account, attestation

QUARTER = HolderShare(InvestorClass.CORPORATE, 2_500)
"""2,500 of the 10,000 pieces that are outstanding in the market."""


def over(would_hold: int, outstanding: int = 10_000) -> tuple[str, dict[str, str | int]]:
    return RejectionCode.HOLDER_SHARE, {
        "holder": "alpha",
        "investor_class": "corporate",
        "would_hold": would_hold * FACE,
        "may_hold": outstanding * FACE // 4,
        "outstanding": outstanding * FACE,
    }


@pytest.fixture
def desk() -> Desk:
    return ruled(QUARTER)


def test_a_holder_has_exactly_the_share_and_no_piece_more(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 2_500)
    assert refused(desk, "mof-house", "alpha", 1) == over(2_501)
    give(desk, "mof-house", "beta", 2_500)


def test_its_accounts_count_together_and_it_moves_among_them(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 2_000)
    give(desk, "mof-house", "alpha-2", 500)
    give(desk, "alpha", "alpha-2", 2_000)
    assert refused(desk, "mof-house", "alpha", 1) == over(2_501)


def test_another_class_has_a_share_of_its_own_or_none(desk: Desk) -> None:
    give(desk, "mof-house", "delta", 3_000)
    set_rules(desk, QUARTER, HolderShare(InvestorClass.FOREIGN_INSTITUTION, 3_001))
    give(desk, "mof-house", "delta", 1)
    code, figures = refused(desk, "mof-house", "delta", 1)
    assert (code, figures["may_hold"]) == (RejectionCode.HOLDER_SHARE, 3_001 * FACE)


def test_an_issue_raises_both_sides(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 2_500)
    assert desk.refused("mof, sbp", Issue(BILL, "alpha", FACE)) == over(2_501, 10_001)
    desk.do("mof, sbp", Issue(BILL, "mof-house", 3 * FACE))
    desk.do("mof, sbp", Issue(BILL, "alpha", FACE))


def test_the_issuer_is_no_investor(desk: Desk) -> None:
    second = account("mof-2", "mof", "custodian-a", attestation())
    desk.do("custodian-a", second)
    give(desk, "mof-house", "alpha", 2_500)
    give(desk, "alpha", "mof-2", 2_500)


def test_a_holder_above_a_new_share_keeps_it_and_gets_no_more(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 2_500)
    set_rules(desk, HolderShare(InvestorClass.CORPORATE, 100))
    assert refused(desk, "mof-house", "alpha", 1)[0] == RejectionCode.HOLDER_SHARE
    give(desk, "alpha", "delta", 2_400)
    assert refused(desk, "delta", "alpha", 1)[0] == RejectionCode.HOLDER_SHARE
    give(desk, "alpha", "delta", 1)
    give(desk, "delta", "alpha", 1)


def test_it_tells_itself() -> None:
    assert QUARTER.subject == "corporate"
    assert QUARTER.sentence(ruled().state, BILL) == (
        "the share that a corporate may hold: 25.00 % of what is outstanding"
    )
