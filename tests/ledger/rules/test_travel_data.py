"""From an amount on, nothing moves between two custodians without its travel data."""

import pytest

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.checks import refusals
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import RULES, RuleBook, TravelData
from amanat.ledger.state import State
from tests.ledger.desk import desk_with_market
from tests.ledger.world import RUPEE, START

DIGEST = bytes(range(32))


@pytest.fixture
def execution() -> Execution:
    """The market, where from 1,000 on rupees need travel data."""
    state = State(desk_with_market().leader.tip.tree.get)
    state.put(RuleBook((TravelData(1_000),)), RULES, RUPEE)
    place = Place(bytes(32), 1, START)
    return Execution(state, place, Consents(state, START, {}), transaction=bytes(32), keys=())


def moved(
    execution: Execution,
    amount: int,
    target: str = "gamma",
    purpose: Purpose = Purpose.TRANSFER,
    *,
    travel_data: bytes | None = None,
) -> Movement:
    """Out of alpha's account with custodian-a."""
    source = execution.account("alpha")
    instrument = execution.instrument(RUPEE)
    to = execution.account(target)
    return Movement(purpose, instrument, source, to, amount, travel_data=travel_data)


def test_what_moves_between_custodians_needs_it_from_the_amount_on(execution: Execution) -> None:
    (refused,) = refusals(execution, moved(execution, 1_000))
    assert (refused.code, refused.figures) == (
        RejectionCode.TRAVEL_DATA_MISSING,
        {
            "amount": 1_000,
            "needed_from": 1_000,
            "sender": "custodian-a",
            "receiver": "custodian-b",
        },
    )
    assert list(refusals(execution, moved(execution, 999))) == []
    assert list(refusals(execution, moved(execution, 1_000, travel_data=DIGEST))) == []


def test_within_one_custodian_nothing_travels(execution: Execution) -> None:
    assert list(refusals(execution, moved(execution, 10**6, "beta"))) == []


@pytest.mark.parametrize(
    ("purpose", "needs"),
    [
        (Purpose.TRANSFER, True),
        (Purpose.ENFORCEMENT, True),
        (Purpose.ORDER, False),
        (Purpose.REDEMPTION, False),
    ],
)
def test_what_is_nobodys_choice_needs_none(
    execution: Execution, purpose: Purpose, *, needs: bool
) -> None:
    found = list(refusals(execution, moved(execution, 1_000, purpose=purpose)))
    assert bool(found) is needs


def test_what_comes_into_being_has_no_originator(execution: Execution) -> None:
    issued = moved(execution, 10**6)._replace(source=None, purpose=Purpose.ISSUE)
    assert list(refusals(execution, issued)) == []


def test_the_rule_tells_itself() -> None:
    assert TravelData(1_000).sentence(desk_with_market().state, RUPEE) == (
        "the amount from which movements between custodians carry travel data: PKR 10.00"
    )
    assert TravelData(1_000).problems() == []
