"""What comes into an account, its custodian may serve: by its role, and within its limits."""

import msgspec
import pytest

from amanat.ledger.custody.limits import InstrumentLimit, JurisdictionLimit, Limits, TotalLimit
from amanat.ledger.custody.served import served
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import Role
from amanat.ledger.operations import Attest, Issue, Redeem, SetLimits, SetRoles, Transfer
from amanat.ledger.receipts import Figures
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk
from tests.ledger.exchange import LIMITS, OTHER_BILL, desk_with_exchange
from tests.ledger.rules.ruled import FACE, give, refused
from tests.ledger.world import BILL, RUPEE, START, account, attestation


@pytest.fixture
def desk() -> Desk:
    return desk_with_exchange()


def over(limit: str, of: str, would_hold: int, may_hold: int) -> tuple[str, Figures]:
    return RejectionCode.DISTRIBUTOR_LIMIT, {
        "custodian": "exchange",
        "limit": limit,
        "of": of,
        "would_hold": would_hold * FACE,
        "may_hold": may_hold * FACE,
    }


def limit(desk: Desk, **changes: object) -> None:
    """Replace some of the exchange's limits."""
    desk.do("mof, sbp", SetLimits("exchange", msgspec.structs.replace(LIMITS, **changes)))


def test_of_one_instrument_it_serves_exactly_its_limit_and_no_piece_more(desk: Desk) -> None:
    give(desk, "mof-house", "po", 60)
    assert refused(desk, "mof-house", "po", 1) == over("instrument", BILL, 61, 60)


def test_for_one_country_it_serves_exactly_its_limit_and_no_piece_more(desk: Desk) -> None:
    give(desk, "mof-house", "li", 30)
    give(desk, "mof-house", "su", 20)
    assert refused(desk, "mof-house", "li", 1) == over("jurisdiction", f"AE {RUPEE}", 51, 50)
    give(desk, "mof-house", "po", 10)


def test_over_all_instruments_it_serves_exactly_its_total_and_no_piece_more(desk: Desk) -> None:
    give(desk, "mof-house", "po", 60)
    desk.do("mof, sbp", Issue(OTHER_BILL, "po", 40 * FACE))
    assert desk.refused("mof, sbp", Issue(OTHER_BILL, "po", FACE)) == over("total", RUPEE, 101, 100)
    assert served(desk.state, "exchange", RUPEE) == 100 * FACE
    assert served(desk.state, "exchange", RUPEE, "GB") == 100 * FACE


def test_its_clients_trade_with_one_another_at_the_limit(desk: Desk) -> None:
    give(desk, "mof-house", "po", 10)
    give(desk, "mof-house", "li", 50)
    give(desk, "li", "po", 50)
    give(desk, "po", "su", 50)
    assert refused(desk, "po", "su", 1) == over("jurisdiction", f"AE {RUPEE}", 51, 50)
    give(desk, "su", "li", 25)


def test_what_it_serves_sinks_when_it_is_sold_elsewhere_or_redeemed(desk: Desk) -> None:
    give(desk, "mof-house", "li", 50)
    give(desk, "li", "alpha", 5)
    give(desk, "mof-house", "su", 5)
    desk.wait_until(START + 90 * DAY_MS)
    desk.do("alpha", Transfer("alpha", "mof-house", RUPEE, 5 * FACE))
    desk.do("mof, sbp", Redeem(BILL, "su", 5 * FACE, "mof-house"))
    assert served(desk.state, "exchange", RUPEE, "AE") == 45 * FACE
    assert served(desk.state, "exchange", RUPEE) == 45 * FACE


def test_its_own_account_counts_as_its_clients_do(desk: Desk) -> None:
    house = account("exchange-house", "exchange", "exchange", attestation(expires=None))
    desk.do("exchange", house)
    give(desk, "mof-house", "exchange-house", 60)
    assert refused(desk, "mof-house", "po", 1) == over("instrument", BILL, 61, 60)


def test_a_client_who_moves_abroad_is_counted_there(desk: Desk) -> None:
    give(desk, "mof-house", "po", 30)
    give(desk, "mof-house", "li", 30)
    desk.do("exchange", Attest("po", attestation(jurisdiction="AE")))
    assert served(desk.state, "exchange", RUPEE, "AE") == 60 * FACE
    assert served(desk.state, "exchange", RUPEE, "GB") == 0
    limit(desk, instruments=())
    assert refused(desk, "mof-house", "su", 1) == over("jurisdiction", f"AE {RUPEE}", 61, 50)
    give(desk, "po", "su", 5)


def test_what_is_above_a_new_limit_stays_and_nothing_adds_to_it(desk: Desk) -> None:
    give(desk, "mof-house", "po", 60)
    limit(desk, totals=(TotalLimit(RUPEE, 10 * FACE),))
    assert desk.held("po", BILL) == 60 * FACE
    assert desk.refused("mof, sbp", Issue(OTHER_BILL, "po", FACE)) == over("total", RUPEE, 61, 10)
    give(desk, "po", "li", 20)
    give(desk, "po", "alpha", 20)


def test_debt_in_money_that_its_total_does_not_name_does_not_come_in(desk: Desk) -> None:
    limit(desk, totals=())
    assert refused(desk, "mof-house", "po", 1) == over("total", RUPEE, 1, 0)


def test_where_a_country_or_an_instrument_is_not_named_the_total_holds_alone(desk: Desk) -> None:
    limit(desk, instruments=(), jurisdictions=())
    give(desk, "mof-house", "li", 100)
    assert refused(desk, "mof-house", "li", 1) == over("total", RUPEE, 101, 100)


def test_cash_is_no_debt_and_counts_against_its_own_limit_alone(desk: Desk) -> None:
    desk.do("alpha", Transfer("alpha", "li", RUPEE, 500 * FACE))
    limit(
        desk,
        instruments=(InstrumentLimit(RUPEE, 500 * FACE),),
        jurisdictions=(JurisdictionLimit("AE", RUPEE, 0),),
    )
    assert desk.refused("alpha", Transfer("alpha", "li", RUPEE, FACE)) == (
        over("instrument", RUPEE, 501, 500)
    )


def test_a_custodian_has_no_limits(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 1_000)


def test_who_is_both_is_limited(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("exchange", (Role.CUSTODIAN, Role.DISTRIBUTOR)))
    assert refused(desk, "mof-house", "po", 61)[0] == RejectionCode.DISTRIBUTOR_LIMIT
    desk.do("mof, sbp", SetRoles("exchange", (Role.CUSTODIAN,)))
    give(desk, "mof-house", "po", 61)


def test_a_custodian_that_becomes_a_distributor_needs_limits_first(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("custodian-b", (Role.DISTRIBUTOR,)))
    assert refused(desk, "mof-house", "gamma", 1) == (
        RejectionCode.NO_LIMITS,
        {"custodian": "custodian-b"},
    )
    limits = Limits((TotalLimit(RUPEE, FACE),), (), ())
    desk.do("mof, sbp", SetLimits("custodian-b", limits))
    give(desk, "mof-house", "gamma", 1)


def test_into_the_accounts_of_one_without_its_role_nothing_comes_but_out_of_them_all_may(
    desk: Desk,
) -> None:
    give(desk, "mof-house", "li", 10)
    desk.do("mof, sbp", SetRoles("exchange", ()))
    nothing = (RejectionCode.NOT_SERVING, {"custodian": "exchange"})
    assert refused(desk, "mof-house", "li", 1) == nothing
    assert refused(desk, "li", "su", 1) == nothing
    give(desk, "li", "alpha", 10)
