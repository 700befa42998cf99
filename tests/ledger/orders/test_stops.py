"""Who asks for a movement hears every order against it; and free is what no order keeps."""

import pytest

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.checks import refusals
from amanat.ledger.checks.stops import STOPS
from amanat.ledger.claims.free_holdings import free
from amanat.ledger.holdings import balances
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.legal_orders import AccountScope, Direction, HoldingScope, Scope
from amanat.ledger.receipts import Figures
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import SETS, State
from tests.ledger.court import CASH, PAUSE, WHOLE, amount, order, register
from tests.ledger.desk import desk_with_market
from tests.ledger.world import RUPEE, START

HELD = 1_000_000_000
OPEN_WAYS = (HoldingScope("alpha", RUPEE, Direction.CREDIT), amount(HELD, "beta"))


def execution(*scopes: Scope, reserved: int = 0) -> Execution:
    """Return the market under orders `court-1`, ..., with so much of alpha's cash reserved."""
    desk = desk_with_market()
    if scopes:
        register(desk, *(order(each, f"court-{n}") for n, each in enumerate(scopes, 1)))
    state = State(desk.leader.tip.tree.get)
    place = Place(bytes(32), 1, START)
    consents = Consents(state, START, {})
    found = Execution(state, place, consents, transaction=bytes(32), keys=())
    balances.reserve(state, "alpha", RUPEE, reserved)
    return found


def moved(
    under: Execution, sum_: int, purpose: Purpose = Purpose.TRANSFER, *, reserved: int = 0
) -> Movement:
    """From alpha to beta, in rupees."""
    alpha, beta = under.account("alpha"), under.account("beta")
    return Movement(purpose, under.instrument(RUPEE), alpha, beta, sum_, reserved)


def told(under: Execution, movement: Movement) -> list[tuple[RejectionCode, Figures]]:
    return [(refused.code, refused.figures) for refused in STOPS.refusals(under, movement)]


def test_every_order_is_named_once() -> None:
    into_beta = AccountScope("beta", Direction.CREDIT)
    under = execution(WHOLE, CASH, PAUSE, into_beta, amount(1), *OPEN_WAYS)
    found = told(under, moved(under, HELD))
    assert [(code, figures["order"]) for code, figures in found] == [
        (RejectionCode.STOPPED, "court-3"),
        (RejectionCode.STOPPED, "court-1"),
        (RejectionCode.STOPPED, "court-2"),
        (RejectionCode.STOPPED, "court-4"),
        (RejectionCode.FROZEN, "court-5"),
    ]


def test_every_order_that_freezes_is_named_with_what_it_freezes() -> None:
    under = execution(amount(100), amount(50))
    figures = {"account": "alpha", "instrument": RUPEE, "have": HELD - 150, "need": HELD}
    assert told(under, moved(under, HELD)) == [
        (RejectionCode.FROZEN, {"order": "court-1", **figures, "frozen": 100}),
        (RejectionCode.FROZEN, {"order": "court-2", **figures, "frozen": 50}),
    ]


def test_what_is_reserved_beside_a_freeze_is_told() -> None:
    """Else nobody could tell from the refusal why so little is free."""
    under = execution(amount(100), reserved=HELD - 100)
    figures = {"account": "alpha", "instrument": RUPEE, "frozen": 100, "have": 0, "need": 1}
    assert told(under, moved(under, 1)) == [
        (RejectionCode.FROZEN, {"order": "court-1", **figures, "reserved": HELD - 100})
    ]


@pytest.mark.parametrize("scope", [WHOLE, CASH, PAUSE])
def test_what_is_stopped_whole_is_not_enforced_or_posted(scope: Scope) -> None:
    under = execution(scope, reserved=300)
    movement = moved(under, 300, Purpose.ENFORCEMENT, reserved=300)
    assert [code for code, _ in told(under, movement)] == [RejectionCode.STOPPED]


def test_what_is_reserved_is_none_of_what_is_frozen() -> None:
    under = execution(amount(HELD - 300), reserved=300)
    post(under, moved(under, 300, Purpose.ENFORCEMENT, reserved=300))
    with pytest.raises(Refused):
        post(under, moved(under, 1))


def test_a_movement_by_an_order_has_to_say_that_it_saw_to_the_others() -> None:
    under = execution(CASH)
    movement = moved(under, 1, Purpose.ORDER)
    assert [code for code, _ in told(under, movement)] == [RejectionCode.STOPPED]
    assert told(under, movement._replace(clear_of_orders=True)) == []


def test_not_even_then_does_it_move_what_is_frozen() -> None:
    under = execution(amount(HELD))
    movement = moved(under, 1, Purpose.ORDER)._replace(clear_of_orders=True)
    (refused,) = refusals(under, movement)
    assert refused.code == RejectionCode.INSUFFICIENT_HOLDING
    assert refused.figures["frozen"] == HELD


@pytest.mark.parametrize("scope", [WHOLE, CASH, PAUSE])
def test_nothing_is_free_of_what_is_stopped_whole(scope: Scope) -> None:
    assert free(execution(scope), "alpha", RUPEE) == 0


@pytest.mark.parametrize("scope", OPEN_WAYS)
def test_all_is_free_where_nothing_keeps_it(scope: Scope) -> None:
    assert free(execution(scope), "alpha", RUPEE) == HELD


def test_what_is_frozen_or_reserved_is_not_free() -> None:
    assert free(execution(amount(100), reserved=300), "alpha", RUPEE) == HELD - 400


def test_orders_on_others_are_no_matter() -> None:
    under = execution(AccountScope("gamma", Direction.BOTH), amount(HELD, "gamma"))
    assert told(under, moved(under, HELD)) == []


def test_a_network_without_orders_pays_one_read_for_them() -> None:
    read: list[bytes] = []
    tree = desk_with_market().leader.tip.tree

    def reading(key: bytes) -> bytes | None:
        read.append(key)
        return tree.get(key)

    state = State(reading)
    place = Place(bytes(32), 1, START)
    under = Execution(state, place, Consents(state, START, {}), transaction=bytes(32), keys=())
    movement = moved(under, 1)
    read.clear()
    assert told(under, movement) == []
    assert read == [SETS.key("orders")]
