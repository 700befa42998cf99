"""The accounts of a custodian hold at most so much together."""

import pytest

from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import CustodianCap
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL

CAP = CustodianCap(10 * FACE)


@pytest.fixture
def desk() -> Desk:
    return ruled(CAP)


def test_its_accounts_hold_exactly_the_cap_and_no_piece_more(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 6)
    give(desk, "mof-house", "beta", 4)
    assert refused(desk, "mof-house", "beta", 1) == (
        RejectionCode.CUSTODIAN_CAP,
        {"custodian": "custodian-a", "would_hold": 11 * FACE, "may_hold": 10 * FACE},
    )
    give(desk, "mof-house", "gamma", 10)


def test_at_the_cap_its_clients_trade_with_one_another(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 10)
    give(desk, "alpha", "beta", 10)


def test_one_holder_moves_no_more_to_another_custodian_than_that_one_may_serve(desk: Desk) -> None:
    give(desk, "mof-house", "gamma", 9)
    give(desk, "mof-house", "alpha", 2)
    give(desk, "alpha", "alpha-2", 1)
    assert refused(desk, "alpha", "alpha-2", 1)[0] == RejectionCode.CUSTODIAN_CAP


def test_the_issuers_own_account_is_not_capped(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 10)
    give(desk, "alpha", "mof-house", 10)


def test_what_is_above_a_new_cap_stays(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 8)
    set_rules(desk, CustodianCap(5 * FACE))
    give(desk, "alpha", "beta", 4)
    assert refused(desk, "mof-house", "beta", 1)[0] == RejectionCode.CUSTODIAN_CAP
    give(desk, "alpha", "gamma", 1)


def test_it_tells_itself() -> None:
    assert CAP.sentence(ruled().state, BILL) == f"the cap per custodian: PKR 50,000.00 of {BILL}"
