"""How much may be issued of an instrument is raised, or lowered to what is promised."""

import pytest

from amanat.ledger.operations import Issue, SetAuthorisedAmount, SetTranche
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import FACE, NEW_PIB, TODAY, bring, issued
from tests.ledger.world import RUPEE

RAISED = SetAuthorisedAmount(NEW_PIB, 20 * FACE)


@pytest.fixture
def desk() -> Desk:
    """The market, and a bond of which ten may be issued and four are."""
    desk = desk_with_market()
    bring(desk, NEW_PIB, 10 * FACE)
    issued(desk, NEW_PIB, 4 * FACE)
    return desk


def test_more_may_be_issued_once_it_is_raised(desk: Desk) -> None:
    seven = Issue(NEW_PIB, "mof-house", 7 * FACE)
    assert desk.refused("mof, sbp", seven) == (
        RejectionCode.AUTHORISED_EXCEEDED,
        {"instrument": NEW_PIB, "would_be": 11 * FACE, "may_be": 10 * FACE},
    )
    (event,) = desk.do("mof, sbp", RAISED)
    assert (event.name, event.fields) == (
        "authorised-amount-set",
        {"instrument": NEW_PIB, "amount": 20 * FACE},
    )
    desk.do("mof, sbp", seven)


def test_it_is_lowered_to_what_is_issued_and_no_further(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetAuthorisedAmount(NEW_PIB, 3 * FACE)) == (
        RejectionCode.AUTHORISED_EXCEEDED,
        {"instrument": NEW_PIB, "would_be": 4 * FACE, "may_be": 3 * FACE},
    )
    desk.do("mof, sbp", SetAuthorisedAmount(NEW_PIB, 4 * FACE))
    found = desk.state.get(INSTRUMENTS, NEW_PIB)
    assert found is not None
    assert found.authorised == 4 * FACE


def test_what_is_promised_to_tranches_stays_authorised(desk: Desk) -> None:
    desk.do("mof, sbp", SetTranche(NEW_PIB, 1, 5 * FACE, TODAY, TODAY + 30))
    assert desk.refused("mof, sbp", SetAuthorisedAmount(NEW_PIB, 8 * FACE)) == (
        RejectionCode.AUTHORISED_EXCEEDED,
        {"instrument": NEW_PIB, "would_be": 9 * FACE, "may_be": 8 * FACE},
    )


def test_it_is_a_multiple_of_the_denomination(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetAuthorisedAmount(NEW_PIB, 20 * FACE + 1)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": 20 * FACE + 1, "denomination": FACE},
    )


def test_cash_has_none(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetAuthorisedAmount(RUPEE, 1)) == (
        RejectionCode.INVALID_TERMS,
        {"field": "authorised", "given": 1, "need": "none for cash"},
    )


@pytest.mark.parametrize("signer", ["mof", "sbp", "custodian-a, custodian-b, cdc"])
def test_it_takes_both_institutions(desk: Desk, signer: str) -> None:
    code, figures = desk.refused(signer, RAISED)
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "set-authorised-amount")


def test_an_unknown_instrument_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetAuthorisedAmount("NONE", 1)) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "NONE"},
    )


def test_the_sentence_says_what_it_was_and_would_be(desk: Desk) -> None:
    assert RAISED.sentence(desk.state) == (
        f"let PKR 2,000,000.00 of {NEW_PIB} be issued in all, not PKR 1,000,000.00 of {NEW_PIB}"
    )
    assert SetAuthorisedAmount("NONE", 1).sentence(desk.state) == "let 1 of NONE be issued in all"
