"""A legal order takes what it lets be taken: after notice, never twice, and no claim of others."""

import pytest

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.custody.accounts import Holding
from amanat.ledger.holdings import balances
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations import ExecuteProposal, ForceTransfer, Propose, Transfer
from amanat.ledger.orders.legal_orders import AccountScope, Direction, HoldingScope, Scope
from amanat.ledger.receipts import Event, Figures
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import ORDERS, State
from tests.ledger.court import (
    CASH,
    PAUSE,
    TODAY,
    WHOLE,
    amount,
    lifted,
    notice_over,
    order,
    register,
    taking,
)
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, NOTICE, RUPEE, START

HELD = 1_000_000_000
EXPIRES = START + 30 * 86_400_000


@pytest.fixture
def desk() -> Desk:
    """The market, where an order freezes 600 of alpha's rupees and lets 500 be taken."""
    desk = desk_with_market()
    register(desk, order(amount(600), seizable=500))
    return desk


def take(desk: Desk, *transfers: ForceTransfer) -> list[Event]:
    """Propose forced transfers, wait out the notice, and return their events."""
    proposal = desk.propose("mof, sbp", transfers, EXPIRES)
    desk.wait_until(notice_over(desk))
    return desk.do("sbp", ExecuteProposal(proposal))[1:]


def refusal(desk: Desk, transfer: ForceTransfer) -> tuple[str, Figures]:
    """Return why it is refused when it is proposed."""
    return desk.refused("mof, sbp", Propose((transfer,), EXPIRES))


def test_the_event_names_the_order(desk: Desk) -> None:
    (event,) = take(desk, taking(200))
    assert (event.name, event.fields) == (
        "force-transferred",
        {
            "order": "court-1",
            "source": "alpha",
            "target": "sbp-house",
            "instrument": RUPEE,
            "amount": 200,
            "taken": 200,
            "despite": "",
        },
    )
    assert desk.held("sbp-house", RUPEE) == 200


def test_it_is_never_done_without_notice(desk: Desk) -> None:
    assert desk.refused("mof, sbp", taking(200)) == (
        RejectionCode.MUST_BE_PROPOSED,
        {"act": "force-transfer", "delay_ms": NOTICE["force-transfer"]},
    )


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", "custodian-a, custodian-b, cdc"])
def test_it_is_done_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, taking(200))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "force-transfer")


def test_what_is_frozen_for_it_goes_first_and_is_frozen_no_longer(desk: Desk) -> None:
    take(desk, taking(200))
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, HELD - 600))
    assert desk.refused("alpha", Transfer("alpha", "gamma", RUPEE, 1))[1]["frozen"] == 400


def test_it_takes_no_more_in_all_than_the_order_lets_be_taken(desk: Desk) -> None:
    assert refusal(desk, taking(501)) == (
        RejectionCode.EXCEEDS_ORDER,
        {"order": "court-1", "would_take": 501, "may_take": 500},
    )
    take(desk, taking(300))
    assert refusal(desk, taking(201)) == (
        RejectionCode.EXCEEDS_ORDER,
        {"order": "court-1", "would_take": 501, "may_take": 500},
    )
    take(desk, taking(200))
    kept = desk.state.get(ORDERS, "court-1")
    assert kept is not None
    assert kept.taken == 500


def test_two_proposals_at_once_do_not_take_twice(desk: Desk) -> None:
    first, second = (desk.propose("mof, sbp", [taking(500)], EXPIRES) for _ in range(2))
    desk.wait_until(notice_over(desk))
    desk.do("sbp", ExecuteProposal(first))
    assert desk.refused("sbp", ExecuteProposal(second)) == (
        RejectionCode.EXCEEDS_ORDER,
        {"order": "court-1", "would_take": 1_000, "may_take": 500},
    )


def test_nor_do_two_operations_of_one(desk: Desk) -> None:
    both = Propose((taking(300), taking(300)), EXPIRES)
    assert desk.refused("mof, sbp", both)[1] == {
        "order": "court-1",
        "would_take": 600,
        "may_take": 500,
    }


def test_an_order_that_lapses_or_is_lifted_meanwhile_takes_nothing(desk: Desk) -> None:
    register(desk, order(amount(5), "tax-1", expires=TODAY + 1, seizable=5))
    late = desk.propose("mof, sbp", [taking(1, "tax-1")], EXPIRES)
    gone = desk.propose("mof, sbp", [taking(1)], EXPIRES)
    desk.do("mof, sbp", lifted())
    desk.wait_until(notice_over(desk))
    assert desk.refused("sbp", ExecuteProposal(late)) == (
        RejectionCode.ORDER_NOT_IN_FORCE,
        {"order": "tax-1", "status": "lapsed"},
    )
    assert desk.refused("sbp", ExecuteProposal(gone)) == (
        RejectionCode.ORDER_NOT_IN_FORCE,
        {"order": "court-1", "status": "lifted"},
    )


@pytest.mark.parametrize(
    ("transfer", "account", "instrument"),
    [
        (taking(1, source="gamma"), "gamma", RUPEE),
        (taking(500_000, instrument=BILL), "alpha", BILL),
    ],
)
def test_it_takes_of_the_holding_that_the_order_concerns(
    desk: Desk, transfer: ForceTransfer, account: str, instrument: str
) -> None:
    assert refusal(desk, transfer) == (
        RejectionCode.OUT_OF_SCOPE,
        {"order": "court-1", "account": account, "instrument": instrument},
    )


@pytest.mark.parametrize("scope", [WHOLE, PAUSE])
def test_an_order_that_lets_nothing_be_taken_takes_nothing(desk: Desk, scope: Scope) -> None:
    register(desk, order(scope, "court-2"))
    assert refusal(desk, taking(1, "court-2"))[0] in (
        RejectionCode.OUT_OF_SCOPE,
        RejectionCode.EXCEEDS_ORDER,
    )


def test_what_its_own_order_stops_it_moves(desk: Desk) -> None:
    register(desk, order(CASH, "tax-1", seizable=HELD))
    take(desk, taking(HELD - 600, "tax-1"))
    assert desk.held("alpha", RUPEE) == 600


def test_what_is_frozen_for_another_order_it_does_not_take(desk: Desk) -> None:
    register(desk, order(CASH, "tax-1", seizable=HELD))
    assert refusal(desk, taking(HELD - 599, "tax-1")) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {
            "account": "alpha",
            "instrument": RUPEE,
            "have": HELD - 600,
            "need": HELD - 599,
            "frozen": 600,
        },
    )


def test_unless_it_is_said_to_go_before_it(desk: Desk) -> None:
    register(desk, order(CASH, "tax-1", seizable=HELD))
    (event,) = take(desk, taking(HELD - 200, "tax-1", despite=("court-1",)))
    assert event.fields["despite"] == "court-1"
    desk.do("mof, sbp", lifted("tax-1"))
    assert desk.refused("alpha", Transfer("alpha", "gamma", RUPEE, 1))[1]["frozen"] == 200


@pytest.mark.parametrize(
    "other",
    [
        WHOLE,
        CASH,
        PAUSE,
        HoldingScope("sbp-house", RUPEE, Direction.CREDIT),
        AccountScope("sbp-house", Direction.BOTH),
    ],
)
def test_another_order_that_stops_it_is_obeyed_unless_it_is_named(desk: Desk, other: Scope) -> None:
    register(desk, order(other, "fmu-1"))
    code, figures = refusal(desk, taking(200))
    assert (code, figures["order"]) == (RejectionCode.STOPPED, "fmu-1")
    take(desk, taking(200, despite=("fmu-1",)))
    assert desk.held("sbp-house", RUPEE) == 200


def test_an_order_to_go_before_must_be_in_force(desk: Desk) -> None:
    assert refusal(desk, taking(1, despite=("court-9",))) == (
        RejectionCode.UNKNOWN_ORDER,
        {"order": "court-9"},
    )


def test_nothing_that_is_pledged_or_held_is_taken(desk: Desk) -> None:
    register(desk, order(CASH, "tax-1", seizable=HELD))
    state = State(desk.leader.tip.tree.get)
    consents = Consents(state, START, {})
    place = Place(bytes(32), 1, START)
    execution = Execution(state, place, consents, transaction=bytes(32), keys=())
    balances.reserve(state, "alpha", RUPEE, 300)
    with pytest.raises(Refused) as refused:
        taking(HELD - 299, "tax-1", despite=("court-1",)).apply(execution)
    assert refused.value.code == RejectionCode.INSUFFICIENT_HOLDING
    assert refused.value.figures == {
        "account": "alpha",
        "instrument": RUPEE,
        "have": HELD - 300,
        "need": HELD - 299,
        "reserved": 300,
    }
    taking(HELD - 300, "tax-1", despite=("court-1",)).apply(execution)
    assert balances.holding(state, "alpha", RUPEE) == Holding(300, 300)


def test_it_does_not_move_within_the_account(desk: Desk) -> None:
    assert refusal(desk, taking(200, target="alpha")) == (
        RejectionCode.SAME_ACCOUNT,
        {"account": "alpha"},
    )


@pytest.mark.parametrize(
    ("transfer", "code", "figures"),
    [
        (taking(1, "court-9"), RejectionCode.UNKNOWN_ORDER, {"order": "court-9"}),
        (taking(1, source="nobody"), RejectionCode.UNKNOWN_ACCOUNT, {"account": "nobody"}),
        (taking(1, target="nobody"), RejectionCode.UNKNOWN_ACCOUNT, {"account": "nobody"}),
        (taking(1, instrument="USD"), RejectionCode.UNKNOWN_INSTRUMENT, {"instrument": "USD"}),
    ],
)
def test_what_is_unknown_is_named(
    desk: Desk, transfer: ForceTransfer, code: RejectionCode, figures: dict[str, str]
) -> None:
    assert refusal(desk, transfer) == (code, figures)


def test_the_sentence_says_by_what_and_before_what(desk: Desk) -> None:
    assert taking(150).sentence(desk.state) == (
        "take PKR 1.50 from alpha to sbp-house without its owner, by the order court-1"
    )
    before = taking(150, despite=("fmu-1", "tax-1")).sentence(desk.state)
    assert before.endswith("by the order court-1, before fmu-1, tax-1")
