"""Instruments come onto the ledger with terms that make sense, and are announced."""

from typing import Any

import pytest

from amanat.ledger.instruments.instrument import Instrument, InstrumentStatus
from amanat.ledger.operations import RegisterInstrument
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS
from amanat.ledger.terms import Call, CashTerms
from amanat.ledger.terms.isin import is_valid_isin
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import CALLABLE, FACE, GOLD, LAND, PIB, TERMS, changed, registration
from tests.ledger.world import AUTHORISED, BILL, bill

OTHER = "PK04D2512358"
"""Another bill's ISIN."""
MEASURED = [GOLD, LAND]
ISSUABLE = [identifier for identifier in TERMS if identifier not in ("PKR", BILL)]


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def other_bill(**changes: Any) -> RegisterInstrument:
    terms = changed(bill().terms, **({"isin": OTHER} | changes))
    return RegisterInstrument(OTHER, "mof", "3-month treasury bill", terms, AUTHORISED)


def invalid(field: str, given: int | str, need: str) -> tuple[str, dict[str, int | str]]:
    return RejectionCode.INVALID_TERMS, {"field": field, "given": given, "need": need}


@pytest.mark.parametrize("identifier", ISSUABLE)
def test_an_instrument_of_any_kind_is_announced_by_its_issuer_with_its_terms(
    desk: Desk, identifier: str
) -> None:
    operation = registration(identifier)
    (event,) = desk.do("mof", operation)
    assert desk.state.get(INSTRUMENTS, identifier) == Instrument(
        id=identifier,
        issuer="mof",
        title=operation.title,
        terms=TERMS[identifier],
        status=InstrumentStatus.ANNOUNCED,
        authorised=1_000 * FACE,
        paying_agent=None,
    )
    assert desk.supply(identifier) == (0, 0)
    assert event.name == "instrument-registered"
    kind = TERMS[identifier].kind
    assert event.fields == {"instrument": identifier, "issuer": "mof", "kind": kind}


def test_the_issuer_must_sign(desk: Desk) -> None:
    assert desk.refused("sbp", other_bill()) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


@pytest.mark.parametrize("signer", ["mof", "custodian-a", "alpha"])
def test_nobody_but_the_central_bank_makes_money(desk: Desk, signer: str) -> None:
    own_money = RegisterInstrument("COIN", signer, "Coin", CashTerms("PKR", 2))
    assert desk.refused(signer, own_money) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "register-instrument/cash", "role": "central_bank", "have": 0, "need": 1},
    )


@pytest.mark.parametrize("identifier", ISSUABLE)
def test_a_custodian_registers_nothing(desk: Desk, identifier: str) -> None:
    operation = changed(registration(identifier), issuer="custodian-a")
    code, figures = desk.refused("custodian-a", operation)
    assert (code, figures["role"]) == (RejectionCode.MISSING_APPROVAL, "issuer")


def test_an_unknown_issuer_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof", changed(other_bill(), issuer="nobody")) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


def test_an_identifier_is_given_once(desk: Desk) -> None:
    assert desk.refused("mof", bill()) == (RejectionCode.ALREADY_EXISTS, {"instrument": BILL})


def test_a_wrong_check_digit_is_rejected(desk: Desk) -> None:
    wrong = OTHER[:-1] + str((int(OTHER[-1]) + 1) % 10)
    operation = changed(other_bill(isin=wrong), id=wrong)
    assert desk.refused("mof", operation) == (RejectionCode.INVALID_ISIN, {"isin": wrong})


def test_an_instrument_goes_by_its_isin(desk: Desk) -> None:
    operation = changed(other_bill(), id="MTB-1")
    assert desk.refused("mof", operation) == invalid("id", "MTB-1", f"the ISIN {OTHER}")


@pytest.mark.parametrize("identifier", MEASURED)
def test_what_has_no_isin_goes_by_nothing_that_looks_like_one(desk: Desk, identifier: str) -> None:
    operation = changed(registration(identifier), id=OTHER)
    need = "no ISIN, for the terms name none"
    assert desk.refused("mof", operation) == invalid("id", OTHER, need)


@pytest.mark.parametrize("identifier", MEASURED)
def test_a_lot_or_another_asset_may_have_an_isin(desk: Desk, identifier: str) -> None:
    operation = changed(registration(identifier, isin=OTHER), id=OTHER)
    assert desk.do("mof", operation)[0].fields["instrument"] == OTHER


def test_terms_that_contradict_themselves_are_rejected_with_what_would_be_right(
    desk: Desk,
) -> None:
    operation = other_bill(issue_date=20_000, maturity_date=20_000)
    need = "after the issue date 20000"
    assert desk.refused("mof", operation) == invalid("maturity_date", 20_000, need)


def test_a_call_outside_of_the_bonds_life_is_rejected(desk: Desk) -> None:
    operation = registration(CALLABLE, calls=(Call(30_000, 1_000_000),))
    code, figures = desk.refused("mof", operation)
    assert (code, figures["field"]) == (RejectionCode.INVALID_TERMS, "calls.call_date")


def test_debt_is_paid_in_an_instrument_that_exists(desk: Desk) -> None:
    assert desk.refused("mof", registration(PIB, cash="USD")) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "USD"},
    )


def test_debt_is_paid_in_cash(desk: Desk) -> None:
    assert desk.refused("mof", registration(PIB, cash=BILL)) == (
        RejectionCode.NOT_CASH,
        {"instrument": BILL},
    )


@pytest.mark.parametrize("identifier", ISSUABLE)
def test_whatever_is_no_cash_has_an_authorised_amount(desk: Desk, identifier: str) -> None:
    operation = registration(identifier, None)
    assert desk.refused("mof", operation) == invalid("authorised", "none", "an amount")


def test_cash_has_none(desk: Desk) -> None:
    operation = RegisterInstrument("USD", "sbp", "US dollar", CashTerms("USD", 2), 1)
    assert desk.refused("sbp", operation) == invalid("authorised", 1, "none for cash")


def test_the_authorised_amount_is_a_multiple_of_the_denomination(desk: Desk) -> None:
    assert desk.refused("mof", registration(PIB, FACE + 1)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": FACE + 1, "denomination": FACE},
    )


def test_the_sentence_tells_the_terms(desk: Desk) -> None:
    """Of the Pakistan Investment Bond of 20 August 2020."""
    assert registration(PIB).sentence(desk.state) == (
        "announce the fixed rate bond PK0PIB320203 (Paper PK0PIB320203), issued by mof: "
        "isin PK0PIB320203; cash PKR; denomination PKR 100,000.00; issue_date 2020-08-20; "
        "maturity_date 2023-08-20; coupons first_coupon_date 2021-02-20, per_year 2, "
        "day_count act/act-icma, roll following, calendar ledger, record_offset 1, "
        "rounding half-up; coupon rate 7.0000 %; authorised at most PKR 100,000,000.00"
    )


def test_the_test_isins_are_valid() -> None:
    assert is_valid_isin(BILL)
    assert is_valid_isin(OTHER)
