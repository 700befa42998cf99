"""At most so many hold it, each counted once."""

import pytest

from amanat.ledger.operations import Issue
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import HolderCount
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL

TOO_MANY = (RejectionCode.TOO_MANY_HOLDERS, {"would_be": 3, "may_be": 2})


@pytest.fixture
def desk() -> Desk:
    """Two may hold it, and alpha and beta do."""
    desk = ruled(HolderCount(2))
    give(desk, "mof-house", "alpha", 5)
    give(desk, "mof-house", "beta", 5)
    return desk


def test_the_last_place_is_taken_and_no_other(desk: Desk) -> None:
    assert refused(desk, "mof-house", "gamma", 1) == TOO_MANY
    assert refused(desk, "alpha", "gamma", 4) == TOO_MANY
    assert desk.refused("mof, sbp", Issue(BILL, "gamma", FACE)) == TOO_MANY


def test_who_holds_it_may_have_more_and_in_other_accounts(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 1)
    give(desk, "mof-house", "alpha-2", 1)
    give(desk, "beta", "alpha-2", 1)
    give(desk, "alpha", "alpha-2", 1)


def test_who_gives_all_makes_room(desk: Desk) -> None:
    give(desk, "alpha", "gamma", 5)
    assert refused(desk, "mof-house", "alpha", 1) == TOO_MANY
    give(desk, "gamma", "beta", 5)
    give(desk, "mof-house", "alpha", 1)


def test_who_gives_all_out_of_one_account_alone_makes_none(desk: Desk) -> None:
    give(desk, "mof-house", "alpha-2", 1)
    assert refused(desk, "alpha", "gamma", 5) == TOO_MANY


def test_the_issuer_takes_no_place_whether_it_holds_some_or_not() -> None:
    desk = ruled(HolderCount(1))
    give(desk, "mof-house", "alpha", 10_000)
    assert refused(desk, "alpha", "beta", 1) == (
        RejectionCode.TOO_MANY_HOLDERS,
        {"would_be": 2, "may_be": 1},
    )
    give(desk, "alpha", "mof-house", 1)
    give(desk, "alpha", "mof-house", 9_999)
    assert desk.held("mof-house", BILL) == 10_000 * FACE
    give(desk, "mof-house", "beta", 10_000)
    assert refused(desk, "beta", "alpha", 1)[0] == RejectionCode.TOO_MANY_HOLDERS


def test_more_than_a_new_number_stay(desk: Desk) -> None:
    set_rules(desk, HolderCount(1))
    give(desk, "alpha", "beta", 1)
    give(desk, "mof-house", "alpha", 1)
    assert refused(desk, "mof-house", "gamma", 1)[1] == {"would_be": 3, "may_be": 1}


def test_it_tells_itself() -> None:
    assert HolderCount(1_000).sentence(ruled().state, BILL) == "the number of holders: 1,000"
