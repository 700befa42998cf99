"""A legal order is registered, stops what it says, and lapses by itself."""

import pytest
from msgspec.structs import replace

from amanat.ledger.operations import DeliverVersusPayment, Issue, RegisterOrder, Transfer
from amanat.ledger.orders.legal_orders import (
    AccountScope,
    Direction,
    HoldingScope,
    InstrumentScope,
    LegalOrder,
    Scope,
)
from amanat.ledger.orders.order_register import (
    ORDERS_MAX,
    STANDING,
    orders_on_account,
    orders_on_instrument,
    pauses_of,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import ORDERS
from tests.ledger.court import (
    CASH,
    PAUSE,
    TODAY,
    WHOLE,
    amount,
    at_start_of,
    document,
    order,
    register,
)
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE

HELD = 1_000_000_000
OUT = Transfer("alpha", "gamma", RUPEE, 1)
IN = Transfer("gamma", "alpha", RUPEE, 1)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def standing(desk: Desk, name: str) -> LegalOrder:
    found = desk.state.get(ORDERS, name)
    assert found is not None
    return found


def test_the_event_names_the_document_and_who_entered_it(desk: Desk) -> None:
    (event,) = desk.do("sbp", order(CASH))
    assert (event.name, event.fields) == (
        "order-registered",
        {
            "order": "court-1",
            "scope": "holding",
            "account": "alpha",
            "instrument": RUPEE,
            "document": document("court-1").hex(),
            "entered_by": "sbp",
        },
    )


@pytest.mark.parametrize("scope", [WHOLE, CASH, amount(1), PAUSE])
def test_it_is_listed_wherever_it_stops_something(desk: Desk, scope: Scope) -> None:
    register(desk, order(scope))
    assert list(STANDING.members(desk.state)) == ["court-1"]
    assert orders_on_account("alpha").holds(desk.state, "court-1") == (scope is not PAUSE)
    assert orders_on_instrument(RUPEE).holds(desk.state, "court-1") == (scope is not WHOLE)
    assert pauses_of(RUPEE).holds(desk.state, "court-1") == (scope is PAUSE)
    assert standing(desk, "court-1").scope == scope


@pytest.mark.parametrize(
    ("direction", "out", "into"),
    [
        (Direction.DEBIT, False, True),
        (Direction.CREDIT, True, False),
        (Direction.BOTH,) * 1 + (False, False),
    ],
)
@pytest.mark.parametrize("kind", ["account", "holding"])
def test_a_direction_is_the_one_in_which_nothing_moves(
    desk: Desk, kind: str, direction: Direction, out: bool, into: bool
) -> None:
    account = AccountScope("alpha", direction)
    scope = account if kind == "account" else HoldingScope("alpha", RUPEE, direction)
    register(desk, order(scope))
    figures = {"order": "court-1", "scope": kind, "account": "alpha"}
    if kind == "holding":
        figures["instrument"] = RUPEE
    for signer, move, moves in (("alpha", OUT, out), ("gamma", IN, into)):
        if moves:
            desk.do(signer, move)
        else:
            assert desk.refused(signer, move) == (RejectionCode.STOPPED, figures)


def test_an_amount_stays_and_the_rest_moves(desk: Desk) -> None:
    desk.do("sbp", order(amount(600)))
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, HELD - 601))
    assert desk.refused("alpha", Transfer("alpha", "gamma", RUPEE, 2)) == (
        RejectionCode.FROZEN,
        {
            "order": "court-1",
            "account": "alpha",
            "instrument": RUPEE,
            "frozen": 600,
            "have": 1,
            "need": 2,
        },
    )
    desk.do("alpha", OUT)
    assert desk.held("alpha", RUPEE) == 600


def test_what_is_missing_anyway_is_not_laid_to_the_order(desk: Desk) -> None:
    desk.do("sbp", order(amount(600)))
    assert desk.refused("alpha", Transfer("alpha", "gamma", RUPEE, HELD + 1)) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {
            "account": "alpha",
            "instrument": RUPEE,
            "have": HELD - 600,
            "need": HELD + 1,
            "frozen": 600,
        },
    )


def test_a_paused_instrument_does_not_move_and_is_not_issued(desk: Desk) -> None:
    register(desk, order(PAUSE))
    figures = {"order": "court-1", "scope": "instrument", "instrument": RUPEE}
    assert desk.refused("alpha", OUT) == (RejectionCode.STOPPED, figures)
    assert desk.refused("sbp", Issue(RUPEE, "gamma", 1)) == (RejectionCode.STOPPED, figures)
    desk.do("mof", Transfer("mof-house", "gamma", BILL, 500_000))


@pytest.mark.parametrize(
    ("scope", "figures"),
    [
        (InstrumentScope(BILL), {"scope": "instrument", "instrument": BILL}),
        (PAUSE, {"scope": "instrument", "instrument": RUPEE}),
        (
            AccountScope("mof-house", Direction.CREDIT),
            {"scope": "account", "account": "mof-house"},
        ),
        (AccountScope("alpha", Direction.DEBIT), {"scope": "account", "account": "alpha"}),
        (
            HoldingScope("alpha", BILL, Direction.CREDIT),
            {"scope": "holding", "account": "alpha", "instrument": BILL},
        ),
    ],
)
def test_a_sale_is_stopped_on_either_leg(desk: Desk, scope: Scope, figures: dict[str, str]) -> None:
    register(desk, order(scope))
    sale = DeliverVersusPayment("mof-house", "alpha", BILL, 500_000, RUPEE, 490_000)
    assert desk.refused("mof, alpha", sale) == (
        RejectionCode.STOPPED,
        {"order": "court-1", **figures},
    )
    assert (desk.held("alpha", BILL), desk.held("alpha", RUPEE)) == (0, HELD)


def test_nothing_is_issued_into_an_account_that_takes_nothing(desk: Desk) -> None:
    register(desk, order(AccountScope("alpha", Direction.CREDIT)))
    assert desk.refused("sbp", Issue(RUPEE, "alpha", 1)) == (
        RejectionCode.STOPPED,
        {"order": "court-1", "scope": "account", "account": "alpha"},
    )


@pytest.mark.parametrize("scope", [WHOLE, CASH, amount(HELD), PAUSE])
def test_it_lapses_with_its_expiry_and_nobody_does_anything(desk: Desk, scope: Scope) -> None:
    register(desk, order(scope, expires=TODAY + 3))
    desk.wait_until(at_start_of(TODAY + 4) - 20_000)
    assert desk.refused("alpha", OUT)[1]["order"] == "court-1"
    desk.time = at_start_of(TODAY + 4)
    desk.do("alpha", OUT)


def test_one_that_has_lapsed_is_taken_off_the_lists_when_the_next_one_comes(desk: Desk) -> None:
    register(desk, order(CASH, expires=TODAY), order(PAUSE, "pause-1", expires=TODAY))
    desk.wait_until(at_start_of(TODAY + 1))
    register(desk, order(CASH, "court-2"))
    assert list(STANDING.members(desk.state)) == ["pause-1", "court-2"]
    assert list(orders_on_account("alpha").members(desk.state)) == ["court-2"]
    assert standing(desk, "court-1").status.value == "lapsed"


def test_as_many_are_in_force_on_an_account_as_each_movement_can_ask(desk: Desk) -> None:
    register(desk, *(order(CASH, f"court-{n}", expires=TODAY) for n in range(ORDERS_MAX)))
    assert desk.refused("sbp", order(amount(1), "one-more")) == (
        RejectionCode.TOO_MANY_ORDERS,
        {"would_be": ORDERS_MAX + 1, "may_be": ORDERS_MAX},
    )
    register(desk, order(PAUSE, "pause-1"))
    desk.wait_until(at_start_of(TODAY + 1))
    register(desk, order(amount(1), "one-more"))


@pytest.mark.parametrize("scope", [WHOLE, CASH, amount(1)])
def test_a_central_bank_enters_alone_what_concerns_one_account(desk: Desk, scope: Scope) -> None:
    desk.do("sbp", order(scope))


def test_an_instrument_is_paused_under_dual_control(desk: Desk) -> None:
    code, figures = desk.refused("sbp", order(PAUSE))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "register-order/instrument")


@pytest.mark.parametrize("signers", ["mof", "alpha", "custodian-a, custodian-b, cdc"])
@pytest.mark.parametrize("scope", [WHOLE, CASH, amount(1), PAUSE])
def test_nobody_else_registers_one(desk: Desk, signers: str, scope: Scope) -> None:
    assert desk.refused(signers, order(scope)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "sbp"},
    )
    entered = replace(order(scope), entered_by=signers.split(", ", maxsplit=1)[0])
    code, figures = desk.refused(signers, entered)
    assert (code, figures["act"]) == (
        RejectionCode.MISSING_APPROVAL,
        f"register-order/{scope.kind}",
    )


def test_no_more_is_frozen_than_is_neither_reserved_nor_frozen(desk: Desk) -> None:
    desk.do("sbp", order(amount(600)))
    assert desk.refused("sbp", order(amount(HELD - 599), "court-2")) == (
        RejectionCode.FREEZES_TOO_MUCH,
        {
            "account": "alpha",
            "instrument": RUPEE,
            "would_freeze": HELD - 599,
            "may_freeze": HELD - 600,
        },
    )
    desk.do("sbp", order(amount(HELD - 600), "court-2"))


@pytest.mark.parametrize(
    ("wrong", "code", "figures"),
    [
        (
            replace(order(CASH), entered_by="nobody"),
            RejectionCode.UNKNOWN_PARTICIPANT,
            {"participant": "nobody"},
        ),
        (order(amount(1, "nobody")), RejectionCode.UNKNOWN_ACCOUNT, {"account": "nobody"}),
        (order(amount(1, "alpha", "USD")), RejectionCode.UNKNOWN_INSTRUMENT, {"instrument": "USD"}),
        (
            order(CASH, expires=TODAY - 1),
            RejectionCode.INVALID_ORDER,
            {
                "order": "court-1",
                "problem": f"it expires on day {TODAY - 1}, and today is day {TODAY}",
            },
        ),
        (
            order(amount(5), seizable=6),
            RejectionCode.INVALID_ORDER,
            {"order": "court-1", "problem": "it lets 6 be taken and freezes 5"},
        ),
        *(
            (
                order(scope, seizable=1),
                RejectionCode.INVALID_ORDER,
                {"order": "court-1", "problem": "only what it keeps in one holding can be taken"},
            )
            for scope in (WHOLE, PAUSE, HoldingScope("alpha", RUPEE, Direction.CREDIT))
        ),
    ],
)
def test_what_could_not_be_is_refused(
    desk: Desk, wrong: RegisterOrder, code: RejectionCode, figures: dict[str, str]
) -> None:
    assert desk.refused("mof, sbp", wrong) == (code, figures)


def test_an_id_is_taken_for_ever(desk: Desk) -> None:
    desk.do("sbp", order(CASH, expires=TODAY))
    desk.wait_until(at_start_of(TODAY + 1))
    assert desk.refused("sbp", order(CASH)) == (
        RejectionCode.ALREADY_EXISTS,
        {"order": "court-1"},
    )


@pytest.mark.parametrize(
    ("scope", "stops"),
    [
        (WHOLE, "nothing goes out of or comes into alpha"),
        (CASH, "nothing of PKR goes out of alpha"),
        (HoldingScope("alpha", RUPEE, Direction.CREDIT), "nothing of PKR comes into alpha"),
        (amount(150), "PKR 1.50 in alpha stay there"),
        (PAUSE, "PKR is paused, whoever holds it"),
    ],
)
def test_the_sentence_says_what_it_stops_and_until_when(
    desk: Desk, scope: Scope, stops: str
) -> None:
    start = "register the order court-1 of High Court of Sindh (Suit court-1), in force"
    assert order(scope).sentence(desk.state) == f"{start} without end: {stops}"
    assert order(scope, expires=TODAY).sentence(desk.state) == (
        f"{start} until 2026-01-01: {stops}"
    )


def test_the_sentence_says_what_can_be_taken(desk: Desk) -> None:
    sentence = order(amount(150), seizable=100).sentence(desk.state)
    assert sentence.endswith("; PKR 1.00 can be taken")
