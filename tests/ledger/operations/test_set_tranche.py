"""Tranches divide what is authorised; a re-opening is one more."""

import pytest

from amanat.ledger.dates import start_of
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.instruments.tranche import Tranche, TrancheTotals
from amanat.ledger.operations import Issue, SetInstrumentStatus, SetTranche
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import TRANCHE_TOTALS, TRANCHES
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import FACE, NEW_PIB, TODAY, bring, issued, registration
from tests.ledger.world import RUPEE

OPENS, CLOSES = TODAY + 4, TODAY + 5
"""Monday and Tuesday."""
FIRST = SetTranche(NEW_PIB, 1, 4 * FACE, OPENS, CLOSES)
TAP = SetTranche(NEW_PIB, 2, 3 * FACE, OPENS + 28, CLOSES + 28)


@pytest.fixture
def desk() -> Desk:
    """The market, and a bond of which ten may be issued."""
    desk = desk_with_market()
    bring(desk, NEW_PIB, 10 * FACE)
    return desk


def issue(faces: int, tranche: int | None) -> Issue:
    return Issue(NEW_PIB, "mof-house", faces * FACE, tranche)


def test_a_tranche_is_announced_with_its_amount_and_dates(desk: Desk) -> None:
    (event,) = desk.do("mof, sbp", FIRST)
    assert desk.state.get(TRANCHES, NEW_PIB, 1) == Tranche(4 * FACE, OPENS, CLOSES, 0)
    assert event.name == "tranche-set"
    assert event.fields == {
        "instrument": NEW_PIB,
        "tranche": 1,
        "amount": 4 * FACE,
        "opens": OPENS,
        "closes": CLOSES,
    }


def test_it_is_announced_before_the_instrument_is_active(desk: Desk) -> None:
    desk.do("mof", registration("LAND-1", 100))
    desk.do("mof, sbp", SetTranche("LAND-1", 1, 40, OPENS, CLOSES))


def test_issues_are_made_in_it_on_its_business_days(desk: Desk) -> None:
    desk.do("mof, sbp", FIRST)
    closed = {"tranche": 1, "opens": OPENS, "closes": CLOSES}
    assert desk.refused("mof, sbp", issue(1, 1)) == (
        RejectionCode.TRANCHE_CLOSED,
        {**closed, "today": TODAY},
    )
    for day in (OPENS, CLOSES):
        desk.wait_until(start_of(day))
        desk.do("mof, sbp", issue(1, 1))
    desk.wait_until(start_of(CLOSES + 1))
    assert desk.refused("mof, sbp", issue(1, 1)) == (
        RejectionCode.TRANCHE_CLOSED,
        {**closed, "today": CLOSES + 1},
    )
    assert desk.state.get(TRANCHES, NEW_PIB, 1) == Tranche(4 * FACE, OPENS, CLOSES, 2 * FACE)


def test_no_more_is_issued_in_it_than_its_amount(desk: Desk) -> None:
    desk.do("mof, sbp", FIRST)
    desk.wait_until(start_of(OPENS))
    desk.do("mof, sbp", issue(3, 1))
    assert desk.refused("mof, sbp", issue(2, 1)) == (
        RejectionCode.TRANCHE_EXCEEDED,
        {"tranche": 1, "would_be": 5 * FACE, "may_be": 4 * FACE},
    )
    desk.do("mof, sbp", issue(1, 1))


def test_a_tap_opens_the_issue_again(desk: Desk) -> None:
    desk.do("mof, sbp", FIRST, TAP)
    desk.wait_until(start_of(OPENS + 28))
    desk.do("mof, sbp", issue(3, 2))
    assert desk.state.get(TRANCHE_TOTALS, NEW_PIB) == TrancheTotals(2, 7 * FACE, 3 * FACE)


def test_from_the_first_tranche_on_an_issue_names_one(desk: Desk) -> None:
    desk.do("mof, sbp", issue(1, None))
    desk.do("mof, sbp", FIRST)
    desk.wait_until(start_of(OPENS))
    assert desk.refused("mof, sbp", issue(1, None)) == (
        RejectionCode.TRANCHE_NEEDED,
        {"instrument": NEW_PIB},
    )


@pytest.mark.parametrize("is_divided", [False, True])
def test_an_issue_names_one_that_there_is(desk: Desk, is_divided: bool) -> None:
    if is_divided:
        desk.do("mof, sbp", FIRST)
    assert desk.refused("mof, sbp", issue(1, 2)) == (
        RejectionCode.UNKNOWN_TRANCHE,
        {"instrument": NEW_PIB, "tranche": 2},
    )


def test_all_together_stay_within_the_authorised_amount(desk: Desk) -> None:
    issued(desk, NEW_PIB, 4 * FACE)
    desk.do("mof, sbp", FIRST)
    assert desk.refused("mof, sbp", TAP) == (
        RejectionCode.AUTHORISED_EXCEEDED,
        {"instrument": NEW_PIB, "would_be": 11 * FACE, "may_be": 10 * FACE},
    )
    desk.do("mof, sbp", SetTranche(NEW_PIB, 2, 2 * FACE, OPENS, CLOSES))


def test_they_are_numbered_without_gaps(desk: Desk) -> None:
    assert desk.refused("mof, sbp", TAP) == (
        RejectionCode.UNKNOWN_TRANCHE,
        {"instrument": NEW_PIB, "tranche": 2, "next": 1},
    )


def test_one_is_changed_down_to_what_is_issued_in_it(desk: Desk) -> None:
    desk.do("mof, sbp", FIRST)
    desk.wait_until(start_of(OPENS))
    desk.do("mof, sbp", issue(3, 1))
    assert desk.refused("mof, sbp", SetTranche(NEW_PIB, 1, 2 * FACE, OPENS, CLOSES)) == (
        RejectionCode.TRANCHE_EXCEEDED,
        {"tranche": 1, "would_be": 3 * FACE, "may_be": 2 * FACE},
    )
    desk.do("mof, sbp", SetTranche(NEW_PIB, 1, 3 * FACE, OPENS, CLOSES + 7))
    assert desk.state.get(TRANCHES, NEW_PIB, 1) == Tranche(3 * FACE, OPENS, CLOSES + 7, 3 * FACE)
    assert desk.state.get(TRANCHE_TOTALS, NEW_PIB) == TrancheTotals(1, 3 * FACE, 3 * FACE)


def test_a_tranche_that_is_changed_gives_up_what_it_had(desk: Desk) -> None:
    """From four to all ten of what is authorised, and to eleven never."""
    desk.do("mof, sbp", FIRST)
    desk.do("mof, sbp", SetTranche(NEW_PIB, 1, 10 * FACE, OPENS, CLOSES))
    assert desk.refused("mof, sbp", SetTranche(NEW_PIB, 1, 11 * FACE, OPENS, CLOSES)) == (
        RejectionCode.AUTHORISED_EXCEEDED,
        {"instrument": NEW_PIB, "would_be": 11 * FACE, "may_be": 10 * FACE},
    )


def test_it_does_not_close_before_it_opens(desk: Desk) -> None:
    wrong = SetTranche(NEW_PIB, 1, FACE, OPENS, OPENS - 1)
    assert desk.refused("mof, sbp", wrong) == (
        RejectionCode.INVALID_TRANCHE,
        {"problem": f"it closes on {OPENS - 1}, which must not be before {OPENS}"},
    )


def test_cash_is_not_divided(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetTranche(RUPEE, 1, 1, OPENS, CLOSES)) == (
        RejectionCode.INVALID_TRANCHE,
        {"problem": "cash has no authorised amount to divide"},
    )


def test_its_amount_is_a_multiple_of_the_denomination(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetTranche(NEW_PIB, 1, 1, OPENS, CLOSES)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": 1, "denomination": FACE},
    )


def test_an_instrument_that_is_over_has_no_more(desk: Desk) -> None:
    desk.do("mof", registration("LAND-1", 100))
    desk.do("mof, sbp", SetInstrumentStatus("LAND-1", InstrumentStatus.CANCELLED))
    code, figures = desk.refused("mof, sbp", SetTranche("LAND-1", 1, 1, OPENS, CLOSES))
    assert (code, figures["status"]) == (RejectionCode.WRONG_STATUS, "cancelled")


@pytest.mark.parametrize(
    ("signer", "code"),
    [("sbp", RejectionCode.MISSING_SIGNATURE), ("mof", RejectionCode.MISSING_APPROVAL)],
)
def test_neither_institution_announces_it_alone(
    desk: Desk, signer: str, code: RejectionCode
) -> None:
    assert desk.refused(signer, FIRST)[0] == code


def test_the_sentence_says_how_much_and_when(desk: Desk) -> None:
    assert FIRST.sentence(desk.state) == (
        f"announce tranche 1: PKR 400,000.00 of {NEW_PIB}, 2026-01-05 to 2026-01-06"
    )
    desk.do("mof, sbp", FIRST)
    assert FIRST.sentence(desk.state).startswith("change tranche 1:")
