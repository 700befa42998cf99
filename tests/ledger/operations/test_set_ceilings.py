"""The law's ceilings on what the state owes."""

import pytest

from amanat.ledger.dates import start_of
from amanat.ledger.instruments import borrowing
from amanat.ledger.instruments.ceilings import Ceiling, Ceilings
from amanat.ledger.operations import Issue, Redeem, SetCeilings
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import CEILINGS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import FACE, JULY, LAND, NEW_PIB, TODAY, bring, issued
from tests.ledger.world import BILL, RUPEE

LAW = "Fiscal Responsibility and Debt Limitation Act 2005, section 3"
OWED = 5_000_000_000
"""What the market begins with: PKR 50 million of a bill."""
LIMIT = OWED + 3 * FACE


def ceiling(amount: int, first: int = TODAY, last: int = JULY - 1) -> Ceiling:
    return Ceiling(first, last, amount, LAW)


def ceilings(*periods: Ceiling) -> SetCeilings:
    return SetCeilings(RUPEE, Ceilings(periods))


@pytest.fixture
def desk() -> Desk:
    """The market and a bond, with a ceiling until the end of June."""
    desk = desk_with_market()
    bring(desk, NEW_PIB)
    desk.do("mof, sbp", ceilings(ceiling(LIMIT)))
    return desk


def exceeded(would_be: int, may_be: int = LIMIT) -> tuple[str, dict[str, int | str]]:
    return RejectionCode.CEILING_EXCEEDED, {
        "cash": RUPEE,
        "would_be": would_be,
        "may_be": may_be,
        "law": LAW,
    }


def test_the_list_is_kept_and_told(desk: Desk) -> None:
    (event,) = desk.do("mof, sbp", ceilings(ceiling(LIMIT), ceiling(1, JULY, JULY + 365)))
    assert (event.name, event.fields) == ("ceilings-set", {"cash": RUPEE, "periods": 2})
    kept = desk.state.get(CEILINGS, RUPEE)
    assert kept is not None
    assert [each.amount for each in kept.periods] == [LIMIT, 1]


def test_all_debt_together_stays_within_it(desk: Desk) -> None:
    issued(desk, NEW_PIB, 2 * FACE)
    bill = Issue(BILL, "mof-house", 2 * FACE)
    assert desk.refused("mof, sbp", bill) == exceeded(OWED + 4 * FACE)
    issued(desk, BILL, FACE)
    assert borrowing.outstanding(desk.state, RUPEE) == LIMIT
    assert desk.refused("mof, sbp", Issue(BILL, "mof-house", 500_000)) == exceeded(LIMIT + 500_000)


def test_neither_several_issues_nor_several_transactions_of_a_block_pass_it(desk: Desk) -> None:
    two = Issue(NEW_PIB, "mof-house", 2 * FACE)
    code, figures = desk.refused("mof, sbp", two, two)
    assert (code, figures) == exceeded(OWED + 4 * FACE)
    writer = desk.writer
    receipts = desk.block([writer.sign(["mof", "sbp"], two) for _ in range(2)]).receipts
    assert [type(receipt.outcome).__name__ for receipt in receipts] == ["Applied", "Rejected"]


def test_what_is_no_debt_does_not_count(desk: Desk) -> None:
    bring(desk, LAND)
    issued(desk, LAND, 1_000 * FACE)
    desk.do("sbp", Issue(RUPEE, "alpha", 10**15))
    assert borrowing.outstanding(desk.state, RUPEE) == OWED


def test_redemption_makes_room_again(desk: Desk) -> None:
    desk.wait_until(start_of(TODAY + 84))
    full = Issue(NEW_PIB, "mof-house", 4 * FACE)
    assert desk.refused("mof, sbp", full) == exceeded(OWED + 4 * FACE)
    desk.do("mof, sbp", Redeem(BILL, "mof-house", FACE, "mof-house"), full)
    assert borrowing.outstanding(desk.state, RUPEE) == LIMIT


def test_one_below_what_is_owed_is_set_and_nothing_is_issued_until_enough_is_redeemed(
    desk: Desk,
) -> None:
    low = OWED - FACE
    desk.do("mof, sbp", ceilings(ceiling(low)))
    smallest = Issue(BILL, "mof-house", 500_000)
    assert desk.refused("mof, sbp", smallest) == exceeded(OWED + 500_000, low)
    desk.wait_until(start_of(TODAY + 84))
    desk.do("mof, sbp", Redeem(BILL, "mof-house", FACE, "mof-house"))
    one = Issue(NEW_PIB, "mof-house", FACE)
    assert desk.refused("mof, sbp", one) == exceeded(OWED, low)
    desk.do("mof, sbp", Redeem(BILL, "mof-house", FACE, "mof-house"), one)


def test_outside_of_every_period_nothing_is_issued(desk: Desk) -> None:
    one = Issue(NEW_PIB, "mof-house", FACE)
    desk.wait_until(start_of(JULY) - 1_000)
    desk.do("mof, sbp", one)
    desk.wait_until(start_of(JULY))
    assert desk.refused("mof, sbp", one) == (
        RejectionCode.NO_CEILING,
        {"cash": RUPEE, "today": JULY},
    )
    desk.do("mof, sbp", ceilings(ceiling(LIMIT), ceiling(LIMIT, JULY, JULY)), one)


def test_a_law_lapses_by_the_calendar_while_the_last_business_day_is_still_open(
    desk: Desk,
) -> None:
    desk.wait_until(start_of(JULY) - 1_000)
    desk.time = start_of(JULY)
    assert desk.business_date < JULY
    assert desk.refused("mof, sbp", Issue(NEW_PIB, "mof-house", FACE)) == (
        RejectionCode.NO_CEILING,
        {"cash": RUPEE, "today": JULY},
    )


def test_with_none_at_all_there_is_no_limit(desk: Desk) -> None:
    desk.do("mof, sbp", ceilings())
    assert desk.state.get(CEILINGS, RUPEE) is None
    issued(desk, NEW_PIB, 100 * FACE)


@pytest.mark.parametrize(
    ("periods", "problem"),
    [
        ([ceiling(1, 10, 9)], "the period that begins on 10 ends before, on 9"),
        (
            [ceiling(1, 10, 20), ceiling(1, 20, 30)],
            "the period that begins on 20 must come after the one that ends on 20",
        ),
        (
            [ceiling(1, 30, 40), ceiling(1, 10, 20)],
            "the period that begins on 10 must come after the one that ends on 40",
        ),
    ],
)
def test_periods_are_in_order_and_do_not_overlap(
    desk: Desk, periods: list[Ceiling], problem: str
) -> None:
    assert desk.refused("mof, sbp", ceilings(*periods)) == (
        RejectionCode.INVALID_CEILINGS,
        {"problem": problem},
    )


def test_it_is_on_what_is_paid_in_cash(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetCeilings(BILL, Ceilings(()))) == (
        RejectionCode.NOT_CASH,
        {"instrument": BILL},
    )
    assert desk.refused("mof, sbp", SetCeilings("USD", Ceilings(()))) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "USD"},
    )


@pytest.mark.parametrize("signer", ["mof", "sbp", "custodian-a, custodian-b, cdc"])
def test_it_takes_both_institutions(desk: Desk, signer: str) -> None:
    code, figures = desk.refused(signer, ceilings())
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "set-ceilings")


def test_the_sentence_cites_the_law_and_says_what_is_owed(desk: Desk) -> None:
    assert ceilings(ceiling(LIMIT)).sentence(desk.state) == (
        f"let all debt in PKR be at most PKR 50,300,000.00 from 2026-01-01 to 2026-06-30 ({LAW}); "
        "owed now is PKR 50,000,000.00"
    )
    assert ceilings().sentence(desk.state) == (
        "let all debt in PKR be at most anything; owed now is PKR 50,000,000.00"
    )
