"""Issues: dual control for bills, the central bank alone for cash, and the range of amounts."""

import pytest

from amanat.ledger.dates import DAY_MS, PAKISTAN_UTC_OFFSET_MS
from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.operations import Issue, Redeem
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import FACE, GOLD, LAND, NEW_PIB, PIB, TERMS, TODAY, bring
from tests.ledger.world import BILL, RUPEE, START

MATURITY = START // DAY_MS + 84


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_a_bill_is_issued_under_dual_control(desk: Desk) -> None:
    (event,) = desk.do("mof, sbp", Issue(BILL, "mof-house", 500_000))
    assert desk.held("mof-house", BILL) == 5_000_500_000
    assert desk.supply(BILL) == (5_000_500_000, 0)
    assert event.name == "issued"
    assert event.fields == {"instrument": BILL, "account": "mof-house", "amount": 500_000}


def test_the_issuer_alone_cannot_issue_a_bill(desk: Desk) -> None:
    assert desk.refused("mof", Issue(BILL, "mof-house", 500_000)) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "issue/treasury-bill", "role": "central_bank", "have": 0, "need": 1},
    )


def test_the_central_bank_alone_cannot_issue_a_bill(desk: Desk) -> None:
    assert desk.refused("sbp", Issue(BILL, "mof-house", 500_000)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


def test_custodians_cannot_take_the_central_banks_place(desk: Desk) -> None:
    code, figures = desk.refused(
        "mof, cdc, custodian-a, custodian-b", Issue(BILL, "mof-house", 500_000)
    )
    assert (code, figures["role"]) == (RejectionCode.MISSING_APPROVAL, "central_bank")


def test_cash_is_issued_by_the_central_bank(desk: Desk) -> None:
    desk.do("sbp", Issue(RUPEE, "alpha", 1))
    assert desk.held("alpha", RUPEE) == 1_000_000_001
    assert desk.supply(RUPEE) == (3_000_000_001, 0)


@pytest.mark.parametrize("signer", ["mof", "custodian-a", "alpha"])
def test_nobody_else_issues_cash(desk: Desk, signer: str) -> None:
    assert desk.refused(signer, Issue(RUPEE, "alpha", 1)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "sbp"},
    )


def test_an_unknown_instrument_is_rejected(desk: Desk) -> None:
    assert desk.refused("sbp", Issue("USD", "alpha", 1)) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "USD"},
    )


def test_an_unknown_account_is_rejected(desk: Desk) -> None:
    assert desk.refused("sbp", Issue(RUPEE, "nobody", 1)) == (
        RejectionCode.UNKNOWN_ACCOUNT,
        {"account": "nobody"},
    )


def test_a_bill_is_issued_in_multiples_of_its_denomination(desk: Desk) -> None:
    assert desk.refused("mof, sbp", Issue(BILL, "mof-house", 500_001)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": 500_001, "denomination": 500_000},
    )


def test_a_bill_is_issued_until_the_last_millisecond_before_its_maturity_in_pakistan(
    desk: Desk,
) -> None:
    midnight = MATURITY * DAY_MS - PAKISTAN_UTC_OFFSET_MS
    desk.wait_until(midnight - 1)
    desk.do("mof, sbp", Issue(BILL, "mof-house", 500_000))
    desk.wait_until(midnight)
    assert desk.refused("mof, sbp", Issue(BILL, "mof-house", 500_000)) == (
        RejectionCode.ALREADY_MATURED,
        {"matures": MATURITY, "today": MATURITY},
    )


def test_what_is_issued_in_all_stays_in_the_range_of_amounts(desk: Desk) -> None:
    assert desk.refused("sbp", Issue(RUPEE, "sbp-house", AMOUNT_MAX)) == (
        RejectionCode.AMOUNT_OUT_OF_RANGE,
        {"would_be": AMOUNT_MAX + 3_000_000_000, "may_be": AMOUNT_MAX},
    )
    desk.do("sbp", Issue(RUPEE, "sbp-house", AMOUNT_MAX - 3_000_000_000))
    assert desk.supply(RUPEE) == (AMOUNT_MAX, 0)


@pytest.mark.parametrize("identifier", [each for each in TERMS if each not in (RUPEE, BILL, PIB)])
def test_every_kind_is_issued_under_dual_control(desk: Desk, identifier: str) -> None:
    bring(desk, identifier)
    denomination = TERMS[identifier].denomination
    issue = Issue(identifier, "mof-house", denomination)
    assert desk.refused("mof", issue) == (
        RejectionCode.MISSING_APPROVAL,
        {
            "act": f"issue/{TERMS[identifier].kind}",
            "role": "central_bank",
            "have": 0,
            "need": 1,
        },
    )
    desk.do("mof, sbp", issue)
    assert desk.held("mof-house", identifier) == denomination


def test_a_bond_that_has_matured_is_not_issued(desk: Desk) -> None:
    bring(desk, PIB)
    assert desk.refused("mof, sbp", Issue(PIB, "mof-house", FACE)) == (
        RejectionCode.ALREADY_MATURED,
        {"matures": 19_589, "today": TODAY},
    )


def test_no_more_is_issued_than_was_authorised_whatever_was_redeemed(desk: Desk) -> None:
    bring(desk, LAND, 10)
    desk.do("mof, sbp", Issue(LAND, "mof-house", 8), Redeem(LAND, "mof-house", 5, None))
    assert desk.refused("mof, sbp", Issue(LAND, "mof-house", 3)) == (
        RejectionCode.AUTHORISED_EXCEEDED,
        {"instrument": LAND, "would_be": 11, "may_be": 10},
    )
    desk.do("mof, sbp", Issue(LAND, "mof-house", 2))


def test_all_debt_together_stays_in_the_range_of_amounts(desk: Desk) -> None:
    most = AMOUNT_MAX // FACE * FACE
    bring(desk, NEW_PIB, most)
    assert desk.refused("mof, sbp", Issue(NEW_PIB, "mof-house", most)) == (
        RejectionCode.AMOUNT_OUT_OF_RANGE,
        {"would_be": most + 5_000_000_000, "may_be": AMOUNT_MAX},
    )


def test_the_sentence_says_how_much_and_of_what(desk: Desk) -> None:
    bring(desk, GOLD)
    assert Issue(GOLD, "mof-house", 12_500).sentence(desk.state) == (
        "issue 12.500 oz of GOLD-LOT-1 into mof-house"
    )
    assert Issue(BILL, "mof-house", 500_000, 2).sentence(desk.state) == (
        f"issue PKR 5,000.00 of {BILL} into mof-house, of tranche 2"
    )
