"""Residents of the countries named may not receive it; all others may."""

from amanat.ledger.operations import Issue
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import AllowedJurisdictions, DeniedJurisdictions
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL

ABROAD = (RejectionCode.JURISDICTION_NOT_ALLOWED, {"account": "delta", "jurisdiction": "AE"})


def test_a_resident_of_a_country_named_does_not_receive_it() -> None:
    desk = ruled(DeniedJurisdictions(("AE", "KP")))
    give(desk, "mof-house", "alpha", 1)
    assert refused(desk, "alpha", "delta", 1) == ABROAD
    assert desk.refused("mof, sbp", Issue(BILL, "delta", FACE)) == ABROAD


def test_everybody_else_does() -> None:
    desk = ruled(DeniedJurisdictions(("AE", "KP")))
    give(desk, "mof-house", "omega", 1)


def test_who_holds_it_already_may_give_it() -> None:
    desk = ruled()
    give(desk, "mof-house", "delta", 1)
    set_rules(desk, DeniedJurisdictions(("AE",)))
    give(desk, "delta", "alpha", 1)


def test_it_stands_beside_a_list_of_those_allowed() -> None:
    desk = ruled(AllowedJurisdictions(("AE", "PK")), DeniedJurisdictions(("AE",)))
    assert refused(desk, "mof-house", "delta", 1) == ABROAD
    give(desk, "mof-house", "alpha", 1)


def test_it_tells_itself_and_what_is_wrong_with_it() -> None:
    rule = DeniedJurisdictions(("AE", "KP"))
    assert rule.sentence(ruled().state, BILL) == (
        "the countries whose residents may not receive it: AE, KP"
    )
    assert rule.problems() == []
    assert DeniedJurisdictions(("KP", "AE")).problems() == ["countries must be sorted, each once"]
