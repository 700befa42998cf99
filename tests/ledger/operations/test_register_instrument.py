"""Instruments come onto the ledger with terms that make sense."""

from typing import Any

import msgspec
import pytest

from amanat.ledger.instruments import (
    CashTerms,
    Instrument,
    InstrumentStatus,
    TreasuryBillTerms,
    is_valid_isin,
)
from amanat.ledger.operations import RegisterInstrument
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, bill

OTHER = "PK04D2512358"
"""Another bill's ISIN."""


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def other_bill(**changes: Any) -> RegisterInstrument:
    terms = bill().terms
    assert isinstance(terms, TreasuryBillTerms)
    changed = msgspec.structs.replace(terms, **({"isin": OTHER} | changes))
    return RegisterInstrument(OTHER, "mof", "3-month treasury bill", changed)


def test_a_bill_is_registered_by_its_issuer_with_its_terms(desk: Desk) -> None:
    operation = other_bill()
    (event,) = desk.do("mof", operation)
    assert desk.state.get(INSTRUMENTS, OTHER) == Instrument(
        OTHER, "mof", "3-month treasury bill", operation.terms, InstrumentStatus.ACTIVE
    )
    assert desk.supply(OTHER) == (0, 0)
    assert event.name == "instrument-registered"
    assert event.fields == {"instrument": OTHER, "issuer": "mof", "kind": "treasury-bill"}


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


def test_a_custodian_issues_no_bills(desk: Desk) -> None:
    operation = msgspec.structs.replace(other_bill(), issuer="custodian-a")
    code, figures = desk.refused("custodian-a", operation)
    assert (code, figures["role"]) == (RejectionCode.MISSING_APPROVAL, "issuer")


def test_an_unknown_issuer_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof", msgspec.structs.replace(other_bill(), issuer="nobody")) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


def test_terms_are_final(desk: Desk) -> None:
    assert desk.refused("mof", bill()) == (
        RejectionCode.ALREADY_EXISTS,
        {"instrument": BILL},
    )


def test_a_wrong_check_digit_is_rejected(desk: Desk) -> None:
    wrong = OTHER[:-1] + str((int(OTHER[-1]) + 1) % 10)
    operation = msgspec.structs.replace(other_bill(isin=wrong), id=wrong)
    assert desk.refused("mof", operation) == (RejectionCode.INVALID_ISIN, {"isin": wrong})


def test_a_bill_goes_by_its_isin(desk: Desk) -> None:
    assert desk.refused("mof", msgspec.structs.replace(other_bill(), id="MTB-1")) == (
        RejectionCode.INVALID_TERMS,
        {"instrument": "MTB-1", "isin": OTHER},
    )


@pytest.mark.parametrize("days", [0, -1])
def test_a_bill_matures_after_its_issue(desk: Desk, days: int) -> None:
    operation = other_bill(issue_date=20_000, maturity_date=20_000 + days)
    assert desk.refused("mof", operation) == (
        RejectionCode.INVALID_TERMS,
        {"issue_date": 20_000, "maturity_date": 20_000 + days},
    )


def test_a_bill_is_paid_in_an_instrument_that_exists(desk: Desk) -> None:
    assert desk.refused("mof", other_bill(cash="USD")) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "USD"},
    )


def test_a_bill_is_paid_in_cash(desk: Desk) -> None:
    assert desk.refused("mof", other_bill(cash=BILL)) == (
        RejectionCode.NOT_CASH,
        {"instrument": BILL},
    )


def test_the_test_isins_are_valid() -> None:
    assert is_valid_isin(BILL)
    assert is_valid_isin(OTHER)
