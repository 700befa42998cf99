"""The residents of a country hold at most so much together."""

import pytest

from amanat.ledger.operations import Attest, Issue, SetRules, Transfer
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import JurisdictionCap
from tests.ledger.desk import Desk
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL, RUPEE, attestation

CAP = JurisdictionCap("AE", 10 * FACE)


def over(would_hold: int) -> tuple[str, dict[str, str | int]]:
    return RejectionCode.JURISDICTION_CAP, {
        "jurisdiction": "AE",
        "would_hold": would_hold * FACE,
        "may_hold": 10 * FACE,
    }


@pytest.fixture
def desk() -> Desk:
    return ruled(CAP)


def test_its_residents_hold_exactly_the_cap_and_no_piece_more(desk: Desk) -> None:
    give(desk, "mof-house", "delta", 10)
    assert refused(desk, "mof-house", "delta", 1) == over(11)


def test_the_primary_issue_comes_in_like_anything_else(desk: Desk) -> None:
    assert desk.refused("mof, sbp", Issue(BILL, "delta", 11 * FACE)) == over(11)


def test_other_countries_are_none_of_its_business(desk: Desk) -> None:
    give(desk, "mof-house", "omega", 11)
    give(desk, "mof-house", "alpha", 11)
    set_rules(desk, CAP, JurisdictionCap("OM", 12 * FACE))
    give(desk, "mof-house", "omega", 1)
    assert refused(desk, "mof-house", "omega", 1)[0] == RejectionCode.JURISDICTION_CAP


def test_at_the_cap_its_residents_trade_with_one_another_and_abroad(desk: Desk) -> None:
    give(desk, "mof-house", "delta", 10)
    desk.do("custodian-b", Attest("omega", attestation(jurisdiction="AE")))
    give(desk, "delta", "omega", 5)
    give(desk, "delta", "alpha", 5)


def test_a_holder_who_becomes_resident_there_keeps_what_it_has(desk: Desk) -> None:
    give(desk, "mof-house", "delta", 8)
    give(desk, "mof-house", "omega", 8)
    desk.do("custodian-b", Attest("omega", attestation(jurisdiction="AE")))
    assert refused(desk, "mof-house", "delta", 1) == over(17)
    give(desk, "omega", "alpha", 7)
    give(desk, "mof-house", "delta", 1)


def test_it_may_let_nothing_in_at_all(desk: Desk) -> None:
    set_rules(desk, JurisdictionCap("AE", 0))
    assert refused(desk, "mof-house", "delta", 1)[0] == RejectionCode.JURISDICTION_CAP


def test_cash_can_be_capped_as_well(desk: Desk) -> None:
    desk.do("mof, sbp", SetRules(RUPEE, (JurisdictionCap("AE", 100),)))
    desk.do("alpha", Transfer("alpha", "delta", RUPEE, 100))
    assert desk.refused("alpha", Transfer("alpha", "delta", RUPEE, 1)) == (
        RejectionCode.JURISDICTION_CAP,
        {"jurisdiction": "AE", "would_hold": 101, "may_hold": 100},
    )


def test_it_tells_itself() -> None:
    assert CAP.subject == "AE"
    assert CAP.sentence(ruled().state, BILL) == (
        f"the cap for residents of AE: PKR 50,000.00 of {BILL}"
    )
