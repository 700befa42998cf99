"""Redemption: a bill is paid at maturity, cash is withdrawn."""

import pytest

from amanat.ledger.dates import DAY_MS, PAKISTAN_UTC_OFFSET_MS
from amanat.ledger.operations import DeliverVersusPayment, Issue, Redeem, SetStanding
from amanat.ledger.participants import Standing
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
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
