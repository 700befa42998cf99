"""Residents of the countries named may receive it, and nobody else."""

from amanat.ledger.operations import Attest, Issue
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import AllowedJurisdictions
from tests.ledger.rules.ruled import FACE, give, refused, ruled, set_rules
from tests.ledger.world import BILL, account, attestation

ABROAD = (RejectionCode.JURISDICTION_NOT_ALLOWED, {"account": "delta", "jurisdiction": "AE"})


def test_a_resident_of_a_country_named_receives_it() -> None:
    desk = ruled(AllowedJurisdictions(("OM", "PK")))
    give(desk, "mof-house", "alpha", 2)
    give(desk, "alpha", "omega", 1)


def test_nobody_else_does() -> None:
    desk = ruled(AllowedJurisdictions(("OM", "PK")))
    give(desk, "mof-house", "alpha", 1)
    assert refused(desk, "alpha", "delta", 1) == ABROAD
    assert desk.refused("mof, sbp", Issue(BILL, "delta", FACE)) == ABROAD


def test_where_none_is_named_nobody_receives_it() -> None:
    desk = ruled(AllowedJurisdictions(()))
    assert refused(desk, "mof-house", "alpha", 1)[0] == RejectionCode.JURISDICTION_NOT_ALLOWED


def test_the_issuer_is_no_investor() -> None:
    desk = ruled(AllowedJurisdictions(("OM",)))
    give(desk, "mof-house", "omega", 1)
    give(desk, "omega", "mof-house", 1)
    desk.do("mof, sbp", Issue(BILL, "mof-house", FACE))


def test_who_holds_it_already_gives_it_and_moves_it_between_accounts_of_one_country() -> None:
    desk = ruled()
    give(desk, "mof-house", "delta", 3)
    emirates = attestation(jurisdiction="AE")
    desk.do(
        "custodian-a",
        account("delta-2", "delta", "custodian-a", emirates),
        account("delta-3", "delta", "custodian-a", attestation(jurisdiction="OM")),
    )
    set_rules(desk, AllowedJurisdictions(("PK",)))
    give(desk, "delta", "delta-2", 1)
    give(desk, "delta", "alpha", 1)
    code, figures = refused(desk, "delta", "delta-3", 1)
    assert (code, figures["jurisdiction"]) == (RejectionCode.JURISDICTION_NOT_ALLOWED, "OM")


def test_the_truth_about_a_holder_is_never_refused() -> None:
    """It moves nothing; it decides what comes in from then on."""
    desk = ruled(AllowedJurisdictions(("PK",)))
    give(desk, "mof-house", "alpha", 1)
    desk.do("custodian-a", Attest("alpha", attestation(jurisdiction="AE")))
    assert refused(desk, "mof-house", "alpha", 1)[0] == RejectionCode.JURISDICTION_NOT_ALLOWED
    give(desk, "alpha", "beta", 1)


def test_it_tells_itself_and_what_is_wrong_with_it() -> None:
    rule = AllowedJurisdictions(("OM", "PK"))
    assert rule.sentence(ruled().state, BILL) == (
        "the countries whose residents may receive it: OM, PK"
    )
    assert rule.problems() == []
    wrong = ["countries must be sorted, each once"]
    assert AllowedJurisdictions(("PK", "OM")).problems() == wrong
    assert AllowedJurisdictions(("PK", "PK")).problems() == wrong
