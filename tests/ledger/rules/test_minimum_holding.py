"""A holder has nothing, or at least the minimum."""

import pytest

from amanat.ledger.operations import Issue
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import MinimumHolding
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL

RULE = MinimumHolding(4 * FACE)


def below(holder: str, would_hold: int) -> tuple[str, dict[str, str | int]]:
    return RejectionCode.BELOW_MINIMUM, {
        "holder": holder,
        "would_hold": would_hold * FACE,
        "must_hold": 4 * FACE,
    }


@pytest.fixture
def desk() -> Desk:
    return ruled(RULE)


def test_who_receives_has_the_minimum_then(desk: Desk) -> None:
    assert refused(desk, "mof-house", "alpha", 3) == below("alpha", 3)
    assert desk.refused("mof, sbp", Issue(BILL, "alpha", 3 * FACE)) == below("alpha", 3)
    give(desk, "mof-house", "alpha", 4)
    give(desk, "mof-house", "alpha", 1)


def test_who_gives_keeps_the_minimum_or_nothing(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 9)
    assert refused(desk, "alpha", "beta", 6) == below("alpha", 3)
    give(desk, "alpha", "beta", 5)
    assert refused(desk, "alpha", "beta", 1) == below("alpha", 3)
    give(desk, "alpha", "beta", 4)


def test_a_holders_accounts_count_together(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 4)
    give(desk, "alpha", "alpha-2", 1)
    give(desk, "mof-house", "alpha-2", 1)
    assert refused(desk, "alpha-2", "beta", 2) == below("alpha", 3)


def test_a_piece_may_be_small_where_the_holdings_are_not(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 6)
    give(desk, "mof-house", "beta", 6)
    give(desk, "alpha", "beta", 1)


def test_the_issuer_keeps_what_it_likes(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 9_999)
    give(desk, "mof-house", "alpha", 1)
    give(desk, "alpha", "mof-house", 1)


def test_who_has_less_already_adds_up_to_it_or_gives_all(desk: Desk) -> None:
    set_rules(desk)
    for account in ("alpha", "beta"):
        give(desk, "mof-house", account, 2)
    set_rules(desk, RULE)
    assert refused(desk, "alpha", "mof-house", 1) == below("alpha", 1)
    assert refused(desk, "mof-house", "alpha", 1) == below("alpha", 3)
    give(desk, "mof-house", "alpha", 2)
    give(desk, "beta", "alpha", 2)


def test_it_tells_itself() -> None:
    assert RULE.sentence(ruled().state, BILL) == f"the minimum holding: PKR 20,000.00 of {BILL}"
