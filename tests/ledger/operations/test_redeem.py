"""Redemption: a bill is paid at maturity, cash is withdrawn."""

import pytest

from amanat.ledger.dates import DAY_MS, PAKISTAN_UTC_OFFSET_MS, start_of
from amanat.ledger.governance.participants import Standing
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operations import DeliverVersusPayment, Issue, Redeem, SetStanding
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import (
    CALLABLE,
    FLOATER,
    GOLD,
    LAND,
    LINKER,
    NEW_PIB,
    SUKUK,
    YEARS_5,
    bring,
)
from tests.ledger.papers import FACE as FACE_OF_BOND
from tests.ledger.world import BILL, RUPEE, START

MATURITY = START // DAY_MS + 84
MATURITY_MS = MATURITY * DAY_MS - PAKISTAN_UTC_OFFSET_MS
"""Midnight in Pakistan as the day of maturity begins."""

CASH = 1_000_000_000
FACE = 1_000_000
PAID = Redeem(BILL, "alpha", FACE, "mof-house")
WITHDRAWN = Redeem(RUPEE, "alpha", 400, None)


@pytest.fixture
def desk() -> Desk:
    """The market after `alpha` bought FACE of the bill at a discount of 10,000."""
    desk = desk_with_market()
    desk.do("mof, alpha", DeliverVersusPayment("mof-house", "alpha", BILL, FACE, RUPEE, 990_000))
    desk.do("sbp", Issue(RUPEE, "mof-house", 10_000))
    return desk


def test_a_bill_is_paid_at_face_from_its_day_of_maturity(desk: Desk) -> None:
    desk.wait_until(MATURITY_MS)
    (event,) = desk.do("mof, sbp", PAID)
    assert desk.held("alpha", BILL) == 0
    assert desk.held("alpha", RUPEE) == CASH + 10_000
    assert desk.held("mof-house", RUPEE) == 0
    assert desk.supply(BILL) == (5_000_000_000, FACE)
    assert event.name == "redeemed"
    assert event.fields == {
        "instrument": BILL,
        "account": "alpha",
        "amount": FACE,
        "payer": "mof-house",
    }


def test_a_bill_is_not_paid_a_millisecond_before_its_day_of_maturity(desk: Desk) -> None:
    desk.wait_until(MATURITY_MS - 1)
    assert desk.refused("mof, sbp", PAID) == (
        RejectionCode.NOT_YET_MATURED,
        {"matures": MATURITY, "today": MATURITY - 1},
    )


def test_a_bill_is_redeemed_in_parts(desk: Desk) -> None:
    desk.wait_until(MATURITY_MS)
    desk.do("mof, sbp", Redeem(BILL, "alpha", 500_000, "mof-house"))
    assert (desk.held("alpha", BILL), desk.supply(BILL)) == (500_000, (5_000_000_000, 500_000))
    desk.do("mof, sbp", Redeem(BILL, "alpha", 500_000, "mof-house"))
    assert (desk.held("alpha", BILL), desk.supply(BILL)) == (0, (5_000_000_000, FACE))


def test_the_issuers_own_unsold_bills_are_redeemed_at_no_cost(desk: Desk) -> None:
    desk.wait_until(MATURITY_MS)
    before = desk.held("mof-house", RUPEE)
    desk.do("mof, sbp", Redeem(BILL, "mof-house", FACE, "mof-house"))
    assert desk.held("mof-house", RUPEE) == before


def test_a_bill_is_redeemed_in_multiples_of_its_denomination(desk: Desk) -> None:
    desk.wait_until(MATURITY_MS)
    assert desk.refused("mof, sbp", Redeem(BILL, "alpha", 1, "mof-house")) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": 1, "denomination": 500_000},
    )


def test_no_more_is_redeemed_than_is_held_and_nothing_is_paid_then(desk: Desk) -> None:
    desk.do("sbp", Issue(RUPEE, "mof-house", FACE))
    desk.wait_until(MATURITY_MS)
    assert desk.refused("mof, sbp", Redeem(BILL, "alpha", FACE + 500_000, "mof-house")) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {"account": "alpha", "instrument": BILL, "have": FACE, "need": FACE + 500_000},
    )


def test_a_payer_without_the_cash_keeps_the_bill_alive(desk: Desk) -> None:
    desk.do("sbp, mof", Redeem(RUPEE, "mof-house", 1, None))
    desk.wait_until(MATURITY_MS)
    assert desk.refused("mof, sbp", PAID) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {"account": "mof-house", "instrument": RUPEE, "have": FACE - 1, "need": FACE},
    )


@pytest.mark.parametrize(
    ("signers", "code"),
    [
        ("sbp", RejectionCode.MISSING_SIGNATURE),
        ("mof", RejectionCode.MISSING_APPROVAL),
        ("alpha", RejectionCode.MISSING_SIGNATURE),
    ],
)
def test_a_bill_is_redeemed_under_dual_control(
    desk: Desk, signers: str, code: RejectionCode
) -> None:
    desk.wait_until(MATURITY_MS)
    assert desk.refused(signers, PAID)[0] == code


def test_nobodys_account_pays_without_its_owner(desk: Desk) -> None:
    desk.wait_until(MATURITY_MS)
    assert desk.refused("mof, sbp", Redeem(BILL, "alpha", FACE, "beta")) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "beta"},
    )


def test_a_bill_needs_a_payer(desk: Desk) -> None:
    assert desk.refused("mof, sbp", Redeem(BILL, "alpha", FACE, None)) == (
        RejectionCode.INVALID_TERMS,
        {"instrument": BILL, "need": "a paying account"},
    )


def test_cash_is_withdrawn_by_its_owner_and_the_central_bank(desk: Desk) -> None:
    before = desk.held("alpha", RUPEE)
    (event,) = desk.do("alpha, sbp", WITHDRAWN)
    assert desk.held("alpha", RUPEE) == before - 400
    assert desk.supply(RUPEE) == (3_000_010_000, 400)
    assert event.fields["payer"] == ""


@pytest.mark.parametrize(("signer", "missing"), [("sbp", "alpha"), ("alpha", "sbp")])
def test_neither_withdraws_cash_alone(desk: Desk, signer: str, missing: str) -> None:
    assert desk.refused(signer, WITHDRAWN) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": missing},
    )


@pytest.mark.parametrize("suspended", ["custodian-a", "alpha"])
def test_no_cash_is_withdrawn_where_a_suspended_participant_owns_or_serves(
    desk: Desk, suspended: str
) -> None:
    desk.do("mof, sbp", SetStanding(suspended, Standing.SUSPENDED))
    assert desk.refused("alpha, sbp", WITHDRAWN)[0] in (
        RejectionCode.SUSPENDED,
        RejectionCode.MISSING_SIGNATURE,
    )


def test_cash_has_no_payer(desk: Desk) -> None:
    assert desk.refused("alpha, sbp", Redeem(RUPEE, "alpha", 1, "sbp-house")) == (
        RejectionCode.INVALID_TERMS,
        {"instrument": RUPEE, "need": "no paying account"},
    )


@pytest.mark.parametrize(
    ("operation", "code", "figures"),
    [
        (
            Redeem("USD", "alpha", 1, None),
            RejectionCode.UNKNOWN_INSTRUMENT,
            {"instrument": "USD"},
        ),
        (
            Redeem(RUPEE, "nobody", 1, None),
            RejectionCode.UNKNOWN_ACCOUNT,
            {"account": "nobody"},
        ),
        (
            Redeem(BILL, "nobody", FACE, "mof-house"),
            RejectionCode.UNKNOWN_ACCOUNT,
            {"account": "nobody"},
        ),
        (
            Redeem(BILL, "alpha", FACE, "nobody"),
            RejectionCode.UNKNOWN_ACCOUNT,
            {"account": "nobody"},
        ),
    ],
)
def test_what_is_unknown_is_named(
    desk: Desk, operation: Redeem, code: RejectionCode, figures: dict[str, str]
) -> None:
    desk.wait_until(MATURITY_MS)
    assert desk.refused("mof, sbp", operation) == (code, figures)


def test_the_last_redemption_of_a_matured_bill_ends_it(desk: Desk) -> None:
    desk.wait_until(MATURITY_MS)
    desk.do("mof, sbp", PAID)
    assert status(desk, BILL) is InstrumentStatus.ACTIVE
    left = desk.held("mof-house", BILL)
    events = desk.do("mof, sbp", Redeem(BILL, "mof-house", left, "mof-house"))
    assert [event.name for event in events] == ["instrument-redeemed", "redeemed"]
    assert events[0].fields == {"instrument": BILL}
    assert status(desk, BILL) is InstrumentStatus.REDEEMED


def test_a_lot_that_was_issued_whole_ends_with_its_last_unit(desk: Desk) -> None:
    bring(desk, GOLD, 2_000)
    desk.do("mof, sbp", Issue(GOLD, "mof-house", 1_000), Redeem(GOLD, "mof-house", 1_000, None))
    assert status(desk, GOLD) is InstrumentStatus.ACTIVE
    desk.do("mof, sbp", Issue(GOLD, "mof-house", 1_000), Redeem(GOLD, "mof-house", 1_000, None))
    assert status(desk, GOLD) is InstrumentStatus.REDEEMED


def test_money_does_not_end_with_the_last_rupee(desk: Desk) -> None:
    for name in ("alpha", "beta", "gamma", "mof-house"):
        signer = name.removesuffix("-house")
        desk.do(f"{signer}, sbp", Redeem(RUPEE, name, desk.held(name, RUPEE), None))
    assert desk.supply(RUPEE) == (3_000_010_000, 3_000_010_000)
    assert status(desk, RUPEE) is InstrumentStatus.ACTIVE
    desk.do("sbp", Issue(RUPEE, "alpha", 1))


@pytest.mark.parametrize("identifier", [NEW_PIB, FLOATER, SUKUK, CALLABLE])
def test_the_face_of_every_debt_is_paid_at_maturity(desk: Desk, identifier: str) -> None:
    bring(desk, identifier)
    desk.do("mof, sbp", Issue(identifier, "alpha", FACE_OF_BOND))
    desk.do("sbp", Issue(RUPEE, "mof-house", FACE_OF_BOND))
    pay = Redeem(identifier, "alpha", FACE_OF_BOND, "mof-house")
    assert desk.refused("mof, sbp", pay)[0] == RejectionCode.NOT_YET_MATURED
    before = desk.held("alpha", RUPEE)
    desk.wait_until(start_of(YEARS_5))
    desk.do("mof, sbp", pay)
    assert desk.held("alpha", RUPEE) == before + FACE_OF_BOND


def test_a_debt_that_follows_an_index_is_not_redeemed_at_its_bare_face(desk: Desk) -> None:
    bring(desk, LINKER)
    desk.do("mof, sbp", Issue(LINKER, "alpha", FACE_OF_BOND))
    desk.wait_until(start_of(YEARS_5))
    assert desk.refused("mof, sbp", Redeem(LINKER, "alpha", FACE_OF_BOND, "mof-house")) == (
        RejectionCode.INDEX_UNKNOWN,
        {"index": "cpi-national"},
    )


@pytest.mark.parametrize("identifier", [GOLD, LAND])
def test_a_lot_or_asset_is_withdrawn_by_its_holder_and_both_institutions(
    desk: Desk, identifier: str
) -> None:
    bring(desk, identifier)
    desk.do("mof, sbp", Issue(identifier, "alpha", 2_000))
    withdraw = Redeem(identifier, "alpha", 1_000, None)
    assert desk.refused("mof, sbp", withdraw) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "alpha"},
    )
    assert desk.refused("mof, alpha", withdraw)[0] == RejectionCode.MISSING_APPROVAL
    desk.do("mof, sbp, alpha", withdraw)
    assert desk.held("alpha", identifier) == 1_000


def status(desk: Desk, identifier: str) -> InstrumentStatus:
    found = desk.state.get(INSTRUMENTS, identifier)
    assert found is not None
    return found.status
