"""Activation: nothing of an instrument is issued before it, and its terms hold from then on."""

import pytest

from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operations import ActivateInstrument, Issue, RegisterInstrument
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS
from amanat.ledger.terms import CashTerms
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import FACE, NEW_PIB, TERMS, registration
from tests.ledger.world import BILL, RUPEE

PAPERS = [identifier for identifier in TERMS if identifier not in (RUPEE, BILL)]


@pytest.fixture
def desk() -> Desk:
    """The market, with every other paper announced."""
    desk = desk_with_market()
    desk.do("mof", *(registration(identifier) for identifier in PAPERS))
    return desk


@pytest.mark.parametrize("identifier", PAPERS)
def test_an_instrument_is_activated_under_dual_control(desk: Desk, identifier: str) -> None:
    activate = ActivateInstrument(identifier)
    act = f"activate-instrument/{TERMS[identifier].kind}"
    assert desk.refused("sbp", activate) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )
    assert desk.refused("mof", activate) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": act, "role": "central_bank", "have": 0, "need": 1},
    )
    (event,) = desk.do("mof, sbp", activate)
    assert (event.name, event.fields) == ("instrument-activated", {"instrument": identifier})
    found = desk.state.get(INSTRUMENTS, identifier)
    assert found is not None
    assert found.status is InstrumentStatus.ACTIVE


def test_the_central_bank_activates_its_money_alone(desk: Desk) -> None:
    register = RegisterInstrument("USD", "sbp", "US dollar", CashTerms("USD", 2))
    desk.do("sbp", register, ActivateInstrument("USD"), Issue("USD", "alpha", 1))
    assert desk.held("alpha", "USD") == 1


def test_nothing_is_issued_before(desk: Desk) -> None:
    issue = Issue(NEW_PIB, "mof-house", FACE)
    assert desk.refused("mof, sbp", issue) == (
        RejectionCode.WRONG_STATUS,
        {"instrument": NEW_PIB, "status": "announced"},
    )
    desk.do("mof, sbp", ActivateInstrument(NEW_PIB), issue)
    assert desk.held("mof-house", NEW_PIB) == FACE


def test_an_instrument_is_activated_once(desk: Desk) -> None:
    assert desk.refused("mof, sbp", ActivateInstrument(BILL)) == (
        RejectionCode.WRONG_STATUS,
        {"instrument": BILL, "status": "active", "need": "announced"},
    )


def test_an_unknown_instrument_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", ActivateInstrument("NONE")) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "NONE"},
    )


def test_the_sentence_tells_the_terms(desk: Desk) -> None:
    assert ActivateInstrument(BILL).sentence(desk.state) == (
        f"let {BILL} be issued, on these terms: isin {BILL}; cash PKR; denomination PKR 5,000.00; "
        "issue_date 2026-01-01; maturity_date 2026-03-26; day_count act/365"
    )
    assert ActivateInstrument("NONE").sentence(desk.state) == (
        "let NONE be issued, which is not announced yet"
    )
