"""The table of `docs/legal-orders.md`, cell by cell: what each order does to what."""

from collections.abc import Callable

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey, Standing
from amanat.ledger.operations import (
    AnyOperation,
    DeliverVersusPayment,
    EnforcePledge,
    ExecuteProposal,
    Issue,
    OpenHold,
    Pledge,
    PostHold,
    Propose,
    Redeem,
    RotateKeys,
    SetStanding,
    Transfer,
)
from amanat.ledger.orders.legal_orders import (
    AccountScope,
    Direction,
    HoldingScope,
    InstrumentScope,
    Scope,
)
from amanat.ledger.receipts import Applied, Rejected
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import FREEZES, ORDERS
from tests.ledger.court import amount, at_start_of, notice_over, order, register, taking
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE, START, public_key

HELD = 1_000_000_000
UNIT = 500_000
MATURITY = START // DAY_MS + 84
EXPIRES = START + 60 * DAY_MS
RESERVED = 20
"""Ten are pledged and ten are held, before any order."""

SCOPES: dict[str, Callable[[str, str], Scope]] = {
    "account debit": lambda account, _: AccountScope(account, Direction.DEBIT),
    "holding debit": lambda account, instrument: HoldingScope(account, instrument, Direction.DEBIT),
    "account credit": lambda account, _: AccountScope(account, Direction.CREDIT),
    "holding credit": lambda account, instrument: HoldingScope(
        account, instrument, Direction.CREDIT
    ),
    "amount": lambda account, instrument: amount(2 * UNIT, account, instrument),
    "paused": lambda _, instrument: InstrumentScope(instrument),
}
"""By the table's columns: the scope of an order on a holding."""

STOPPED, FROZEN, GOES_ON = RejectionCode.STOPPED, RejectionCode.FROZEN, None

COLUMNS = tuple(SCOPES)
TABLE: dict[str, tuple[RejectionCode | None, ...]] = {
    # account debit, holding debit, account credit, holding credit, amount, instrument paused
    "transfer out": (STOPPED, STOPPED, GOES_ON, GOES_ON, GOES_ON, STOPPED),
    "transfer out of more than the rest": (STOPPED, STOPPED, GOES_ON, GOES_ON, FROZEN, STOPPED),
    "sale": (STOPPED, STOPPED, STOPPED, GOES_ON, GOES_ON, STOPPED),
    "withdrawal": (STOPPED, STOPPED, GOES_ON, GOES_ON, GOES_ON, STOPPED),
    "transfer in": (GOES_ON, GOES_ON, STOPPED, STOPPED, GOES_ON, STOPPED),
    "purchase": (STOPPED, GOES_ON, STOPPED, STOPPED, GOES_ON, STOPPED),
    "issue": (GOES_ON, GOES_ON, STOPPED, STOPPED, GOES_ON, STOPPED),
    "pledge": (STOPPED, STOPPED, GOES_ON, GOES_ON, GOES_ON, STOPPED),
    "pledge of more than the rest": (STOPPED, STOPPED, GOES_ON, GOES_ON, FROZEN, STOPPED),
    "hold": (STOPPED, STOPPED, GOES_ON, GOES_ON, GOES_ON, STOPPED),
    "hold of more than the rest": (STOPPED, STOPPED, GOES_ON, GOES_ON, FROZEN, STOPPED),
    "posting": (STOPPED, STOPPED, GOES_ON, GOES_ON, GOES_ON, STOPPED),
    "enforcement": (STOPPED, STOPPED, GOES_ON, GOES_ON, GOES_ON, STOPPED),
}
"""What meets a movement of alpha's rupees under an order on them; a refusal, or None."""


CELLS = [
    (row, column, expected)
    for row, line in TABLE.items()
    for column, expected in zip(COLUMNS, line, strict=True)
]


def outcome(desk: Desk, signers: str, operation: AnyOperation) -> str | None:
    """Return the code with which it is refused, or None."""
    given = desk.submit(desk.writer.sign(signers.split(", "), operation)).outcome
    assert isinstance(given, Applied | Rejected)
    return given.code if isinstance(given, Rejected) else None


def promised(desk: Desk) -> tuple[bytes, bytes]:
    """Let alpha pledge ten rupees to beta and hold ten for gamma; return the ids of both."""
    pledge = Pledge("alpha", RUPEE, 10, "beta", "loan-1")
    hold = OpenHold("alpha", "gamma", RUPEE, 10, None, EXPIRES, None)
    told = [desk.do("alpha", each)[0].fields for each in (pledge, hold)]
    return bytes.fromhex(str(told[0]["pledge"])), bytes.fromhex(str(told[1]["hold"]))


def done(row: str, pledge: bytes, hold: bytes) -> tuple[str, AnyOperation]:
    """Return what a row is about, and who signs it."""
    rest = HELD - RESERVED - 2 * UNIT + 1
    sum_ = rest if row.endswith("of more than the rest") else UNIT
    operations: dict[str, tuple[str, AnyOperation]] = {
        "transfer out": ("alpha", Transfer("alpha", "gamma", RUPEE, sum_)),
        "sale": (
            "alpha, mof",
            DeliverVersusPayment("mof-house", "alpha", BILL, UNIT, RUPEE, sum_),
        ),
        "withdrawal": ("alpha, sbp", Redeem(RUPEE, "alpha", sum_, None)),
        "transfer in": ("gamma", Transfer("gamma", "alpha", RUPEE, sum_)),
        "purchase": (
            "gamma, mof",
            DeliverVersusPayment("mof-house", "gamma", BILL, UNIT, RUPEE, sum_),
        ),
        "issue": ("sbp", Issue(RUPEE, "alpha", sum_)),
        "pledge": ("alpha", Pledge("alpha", RUPEE, sum_, "beta", "loan-2")),
        "hold": ("alpha", OpenHold("alpha", "beta", RUPEE, sum_, None, EXPIRES, None)),
        "posting": ("gamma", PostHold(hold, 10)),
        "enforcement": ("beta, sbp", EnforcePledge(pledge, 10, "beta")),
    }
    return operations[row.partition(" of more")[0]]


@pytest.mark.parametrize(("row", "column", "expected"), CELLS)
def test_what_moves_under_an_order(row: str, column: str, expected: str | None) -> None:
    desk = desk_with_market()
    pledge, hold = promised(desk)
    account = "alpha"
    if row == "purchase":
        # What comes in for whoever sells: here the ministry's cash.
        desk.do("gamma", Transfer("gamma", "mof-house", RUPEE, 2 * UNIT))
        account = "mof-house"
    register(desk, order(SCOPES[column](account, RUPEE)))
    assert outcome(desk, *done(row, pledge, hold)) == expected


# What matures, of alpha's bills, paid by the ministry.


def matured(column: str, account: str, instrument: str) -> Desk:
    """Return the market on the day the bill matures, of which alpha holds four units."""
    desk = desk_with_market()
    desk.do("mof, alpha", DeliverVersusPayment("mof-house", "alpha", BILL, 4 * UNIT, RUPEE, 1))
    desk.do("alpha", Transfer("alpha", "mof-house", RUPEE, 4 * UNIT - 1))
    register(desk, order(SCOPES[column](account, instrument)))
    desk.wait_until(at_start_of(MATURITY))
    return desk


@pytest.mark.parametrize("column", COLUMNS)
def test_redemption_at_maturity_is_paid(column: str) -> None:
    desk = matured(column, "alpha", BILL)
    desk.do("mof, sbp", Redeem(BILL, "alpha", 4 * UNIT, "mof-house"))
    assert desk.held("alpha", BILL) == 0
    frozen = {"holding debit": 4 * UNIT, "amount": 2 * UNIT}.get(column, 0)
    assert sum(each.amount for each in desk.state.get(FREEZES, "alpha", RUPEE) or ()) == frozen


@pytest.mark.parametrize(
    ("column", "expected"),
    [(each, STOPPED if each == "paused" else GOES_ON) for each in COLUMNS],
)
def test_payment_for_what_matured_comes_in(column: str, expected: str | None) -> None:
    """Under an order on the cash of who is paid."""
    desk = matured(column, "alpha", RUPEE)
    redemption = Redeem(BILL, "alpha", 4 * UNIT, "mof-house")
    assert outcome(desk, "mof, sbp", redemption) == expected


@pytest.mark.parametrize(
    ("column", "units", "expected"),
    [
        ("account debit", 1, STOPPED),
        ("holding debit", 1, STOPPED),
        ("account credit", 4, GOES_ON),
        ("holding credit", 4, GOES_ON),
        ("amount", 2, GOES_ON),
        ("amount", 3, FROZEN),
        ("paused", 1, STOPPED),
    ],
)
def test_payment_by_the_issuer_for_what_matured(
    column: str, units: int, expected: str | None
) -> None:
    """Under an order on the cash of who pays."""
    desk = matured(column, "mof-house", RUPEE)
    redemption = Redeem(BILL, "alpha", units * UNIT, "mof-house")
    assert outcome(desk, "mof, sbp", redemption) == expected


# Forced transfers.


@pytest.mark.parametrize("column", ["holding debit", "amount"])
def test_a_forced_transfer_by_the_same_order_goes_on(column: str) -> None:
    desk = desk_with_market()
    register(desk, order(SCOPES[column]("alpha", RUPEE), seizable=UNIT))
    proposal = desk.propose("mof, sbp", [taking(UNIT)], EXPIRES)
    desk.wait_until(notice_over(desk))
    desk.do("sbp", ExecuteProposal(proposal))
    assert desk.held("sbp-house", RUPEE) == UNIT


@pytest.mark.parametrize("column", ["account debit", "account credit", "holding credit", "paused"])
def test_an_order_that_keeps_no_holding_lets_nothing_be_taken(column: str) -> None:
    desk = desk_with_market()
    registration = order(SCOPES[column]("alpha", RUPEE), seizable=1)
    assert desk.refused("mof, sbp", registration)[0] == RejectionCode.INVALID_ORDER


@pytest.mark.parametrize(
    ("column", "account", "expected"),
    [
        ("account debit", "alpha", STOPPED),
        ("holding debit", "alpha", STOPPED),
        ("account credit", "sbp-house", STOPPED),
        ("holding credit", "sbp-house", STOPPED),
        ("account credit", "alpha", GOES_ON),
        ("amount", "alpha", GOES_ON),
        ("paused", "alpha", STOPPED),
    ],
)
def test_a_forced_transfer_by_another_order(
    column: str, account: str, expected: str | None
) -> None:
    desk = desk_with_market()
    seizing = order(HoldingScope("alpha", RUPEE, Direction.DEBIT), "tax-1", seizable=HELD)
    register(desk, order(SCOPES[column](account, RUPEE)), seizing)
    assert outcome(desk, "mof, sbp", Propose((taking(UNIT, "tax-1"),), EXPIRES)) == expected
    named = Propose((taking(UNIT, "tax-1", despite=("court-1",)),), EXPIRES)
    assert outcome(desk, "mof, sbp", named) is None


def test_of_an_amount_it_takes_the_rest_or_more_if_it_names_the_order() -> None:
    desk = desk_with_market()
    seizing = order(HoldingScope("alpha", RUPEE, Direction.DEBIT), "tax-1", seizable=HELD)
    register(desk, order(amount(2 * UNIT)), seizing)
    over = taking(HELD - 2 * UNIT + 1, "tax-1")
    code = outcome(desk, "mof, sbp", Propose((over,), EXPIRES))
    assert code == RejectionCode.INSUFFICIENT_HOLDING
    named = taking(HELD, "tax-1", despite=("court-1",))
    assert outcome(desk, "mof, sbp", Propose((named,), EXPIRES)) is None


@pytest.mark.parametrize("column", COLUMNS)
def test_new_keys_and_suspensions_change_nothing(column: str) -> None:
    desk = desk_with_market()
    register(desk, order(SCOPES[column]("alpha", RUPEE)))
    places = ((ORDERS, "court-1"), (FREEZES, "alpha", RUPEE))
    before = [desk.state.get(*place) for place in places]
    desk.do("alpha", RotateKeys("alpha", (ParticipantKey(public_key("new"), 1, None),), 1))
    for name in ("alpha", "custodian-a"):
        for standing in (Standing.SUSPENDED, Standing.ACTIVE):
            desk.do("mof, sbp", SetStanding(name, standing))
    assert [desk.state.get(*place) for place in places] == before
    out = Transfer("alpha", "gamma", RUPEE, HELD)
    expected = {"amount": FROZEN, "account credit": GOES_ON, "holding credit": GOES_ON}
    assert outcome(desk, "new", out) == expected.get(column, STOPPED)
