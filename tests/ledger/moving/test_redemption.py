"""What ends is paid, whatever orders stop it; what they froze of it they freeze of the payment."""

import pytest

from amanat.ledger.operations import (
    DeliverVersusPayment,
    ExecuteProposal,
    Issue,
    Propose,
    Redeem,
    RegisterOrder,
    Transfer,
)
from amanat.ledger.orders.legal_orders import (
    AccountScope,
    Direction,
    Freeze,
    HoldingScope,
    InstrumentScope,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import FREEZES
from tests.ledger.court import amount, at_start_of, lifted, notice_over, order, register, taking
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE, START

MATURITY = START // 86_400_000 + 84
UNIT = 500_000
CASH = 1_000_000_000
STOPPED_BILLS = HoldingScope("alpha", BILL, Direction.DEBIT)
FROZEN_BILLS = amount(UNIT, instrument=BILL)
LATER = START + 120 * 86_400_000


@pytest.fixture
def desk() -> Desk:
    """The market, where alpha holds two units of the bill."""
    desk = desk_with_market()
    desk.do("mof, alpha", DeliverVersusPayment("mof-house", "alpha", BILL, 2 * UNIT, RUPEE, 1))
    desk.do("alpha", Transfer("alpha", "mof-house", RUPEE, CASH - 1))
    desk.do("sbp", Issue(RUPEE, "mof-house", 2 * UNIT))
    return desk


def matured(desk: Desk, *orders: RegisterOrder) -> Desk:
    """Register the orders, and wait until the bill has matured. Alpha holds no cash."""
    register(desk, *orders)
    desk.wait_until(at_start_of(MATURITY))
    return desk


def redeem(desk: Desk, units: int) -> list[dict[str, int | str]]:
    """Redeem so many units, and return how freezes followed."""
    events = desk.do("mof, sbp", Redeem(BILL, "alpha", units * UNIT, "mof-house"))
    assert events[-1].name == "redeemed"
    return [dict(event.fields) for event in events if event.name == "freeze-followed"]


def spends(desk: Desk, sum_: int) -> None:
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, sum_))


def cannot_spend(desk: Desk, sum_: int) -> str:
    code, _ = desk.refused("alpha", Transfer("alpha", "gamma", RUPEE, sum_))
    return code


def followed(sum_: int, *orders: str) -> dict[str, int | str]:
    return {
        "account": "alpha",
        "instrument": BILL,
        "cash": RUPEE,
        "amount": sum_,
        "orders": ",".join(orders),
    }


def test_what_is_not_frozen_is_redeemed_first(desk: Desk) -> None:
    matured(desk, order(FROZEN_BILLS))
    assert redeem(desk, 1) == []
    spends(desk, UNIT)
    assert redeem(desk, 1) == [followed(UNIT, "court-1")]
    assert cannot_spend(desk, 1) == RejectionCode.FROZEN


def test_a_freeze_follows_to_the_payment_and_leaves_the_rest_free(desk: Desk) -> None:
    matured(desk, order(FROZEN_BILLS))
    assert redeem(desk, 2) == [followed(UNIT, "court-1")]
    assert cannot_spend(desk, UNIT + 1) == RejectionCode.FROZEN
    spends(desk, UNIT)


def test_all_that_a_stopped_holding_yields_is_frozen(desk: Desk) -> None:
    matured(desk, order(STOPPED_BILLS))
    assert redeem(desk, 2) == [followed(2 * UNIT, "court-1")]
    desk.do("gamma", Transfer("gamma", "alpha", RUPEE, 3))
    assert cannot_spend(desk, 4) == RejectionCode.FROZEN
    spends(desk, 3)


def test_it_is_frozen_until_the_last_of_its_orders_is_gone(desk: Desk) -> None:
    others = (order(STOPPED_BILLS, "tax-1"), order(STOPPED_BILLS, "tax-2"))
    matured(desk, order(FROZEN_BILLS), *others)
    assert redeem(desk, 2) == [
        followed(UNIT, "court-1", "tax-1", "tax-2"),
        followed(UNIT, "tax-1", "tax-2"),
    ]
    desk.do("mof, sbp", lifted("tax-1"))
    assert cannot_spend(desk, 1) == RejectionCode.FROZEN
    desk.do("mof, sbp", lifted("tax-2"))
    assert cannot_spend(desk, UNIT + 1) == RejectionCode.FROZEN
    spends(desk, UNIT)
    desk.do("mof, sbp", lifted())
    spends(desk, UNIT)


def test_the_freeze_of_a_payment_lapses_with_its_order(desk: Desk) -> None:
    matured(desk, order(STOPPED_BILLS, expires=MATURITY + 2))
    redeem(desk, 2)
    desk.wait_until(at_start_of(MATURITY + 2))
    assert cannot_spend(desk, 1) == RejectionCode.FROZEN
    desk.wait_until(at_start_of(MATURITY + 3))
    spends(desk, 2 * UNIT)


def test_the_order_takes_the_payment_as_it_would_have_taken_the_bill(desk: Desk) -> None:
    matured(desk, order(FROZEN_BILLS, seizable=UNIT))
    redeem(desk, 2)
    proposal = desk.propose("mof, sbp", [taking(UNIT)], LATER)
    desk.wait_until(notice_over(desk))
    desk.do("sbp", ExecuteProposal(proposal))
    assert desk.held("sbp-house", RUPEE) == UNIT
    assert desk.state.get(FREEZES, "alpha", RUPEE) is None
    spends(desk, UNIT)


def test_what_two_orders_froze_together_one_alone_does_not_take(desk: Desk) -> None:
    matured(desk, order(FROZEN_BILLS, seizable=UNIT), order(STOPPED_BILLS, "tax-1"))
    redeem(desk, 2)
    alone = Propose((taking(UNIT),), LATER)
    assert desk.refused("mof, sbp", alone) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {"account": "alpha", "instrument": RUPEE, "have": 0, "need": UNIT, "frozen": 2 * UNIT},
    )
    proposal = desk.propose("mof, sbp", [taking(UNIT, despite=("tax-1",))], LATER)
    desk.wait_until(notice_over(desk))
    desk.do("sbp", ExecuteProposal(proposal))
    assert desk.state.get(FREEZES, "alpha", RUPEE) == (Freeze(UNIT, ("tax-1",)),)


@pytest.mark.parametrize("direction", list(Direction))
def test_a_stopped_account_is_paid_all_the_same(desk: Desk, direction: Direction) -> None:
    matured(desk, order(AccountScope("alpha", direction)))
    assert redeem(desk, 2) == []
    assert desk.held("alpha", RUPEE) == 2 * UNIT
    if direction.stops_debits:
        assert cannot_spend(desk, 1) == RejectionCode.STOPPED
    else:
        spends(desk, 2 * UNIT)


def test_a_paused_bill_is_paid_all_the_same(desk: Desk) -> None:
    matured(desk, order(InstrumentScope(BILL)))
    assert redeem(desk, 2) == []
    spends(desk, 2 * UNIT)


def test_nothing_is_paid_in_cash_that_is_paused(desk: Desk) -> None:
    matured(desk, order(InstrumentScope(RUPEE)))
    redemption = Redeem(BILL, "alpha", UNIT, "mof-house")
    assert desk.refused("mof, sbp", redemption) == (
        RejectionCode.STOPPED,
        {"order": "court-1", "scope": "instrument", "instrument": RUPEE},
    )


def test_nobody_pays_out_of_an_account_that_is_stopped(desk: Desk) -> None:
    matured(desk, order(AccountScope("mof-house", Direction.DEBIT)))
    redemption = Redeem(BILL, "alpha", UNIT, "mof-house")
    assert desk.refused("mof, sbp", redemption) == (
        RejectionCode.STOPPED,
        {"order": "court-1", "scope": "account", "account": "mof-house"},
    )


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        (HoldingScope("mof-house", BILL, Direction.DEBIT), RejectionCode.STOPPED),
        (amount(5_000_000_000 - 2 * UNIT, "mof-house", BILL), RejectionCode.FROZEN),
    ],
)
def test_an_issuers_own_bills_do_not_end_unpaid_while_an_order_is_on_them(
    desk: Desk, scope: HoldingScope, code: RejectionCode
) -> None:
    matured(desk, order(scope))
    redemption = Redeem(BILL, "mof-house", UNIT, "mof-house")
    assert desk.refused("mof, sbp", redemption)[0] == code


def test_stopped_cash_is_not_withdrawn(desk: Desk) -> None:
    desk.do("gamma", Transfer("gamma", "alpha", RUPEE, 10))
    register(desk, order(HoldingScope("alpha", RUPEE, Direction.DEBIT)))
    assert desk.refused("alpha, sbp", Redeem(RUPEE, "alpha", 1, None))[0] == RejectionCode.STOPPED
    desk.do("mof, sbp", lifted())
    desk.do("sbp", order(amount(8), "court-2"))
    assert desk.refused("alpha, sbp", Redeem(RUPEE, "alpha", 3, None))[0] == RejectionCode.FROZEN
    desk.do("alpha, sbp", Redeem(RUPEE, "alpha", 2, None))
