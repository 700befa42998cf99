"""What an instrument's status lets move, and what the date makes of it."""

import pytest
from msgspec.structs import replace

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.checks import refusals
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.instruments.instrument import InstrumentStatus, changed
from amanat.ledger.instruments.life_cycle import put
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import State
from tests.ledger.desk import desk_with_market
from tests.ledger.papers import TODAY
from tests.ledger.world import BILL, RUPEE, START

ANYTHING = set(Purpose)
OWED = {Purpose.REDEMPTION, Purpose.ORDER}
MOVES = {
    InstrumentStatus.ANNOUNCED: set(),
    InstrumentStatus.ACTIVE: ANYTHING,
    InstrumentStatus.SUSPENDED: OWED,
    InstrumentStatus.DEFAULT: ANYTHING - {Purpose.ISSUE},
    InstrumentStatus.REDEEMED: set(),
    InstrumentStatus.CANCELLED: set(),
}
"""What may move of an instrument with each status that is kept."""


@pytest.fixture
def execution() -> Execution:
    state = State(desk_with_market().leader.tip.tree.get)
    place = Place(bytes(32), 1, START)
    return Execution(state, place, Consents(state, START, {}), transaction=bytes(32), keys=())


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("status", MOVES)
def test_a_status_lets_move_what_it_says(
    execution: Execution, status: InstrumentStatus, purpose: Purpose
) -> None:
    put(execution, changed(execution.instrument(RUPEE), status=status))
    alpha, beta = execution.account("alpha"), execution.account("beta")
    movement = Movement(
        purpose,
        execution.instrument(RUPEE),
        None if purpose is Purpose.ISSUE else alpha,
        None if purpose is Purpose.REDEMPTION else beta,
        1,
    )
    found = [(refused.code, refused.figures) for refused in refusals(execution, movement)]
    figures = {"instrument": RUPEE, "status": status.value}
    assert found == ([] if purpose in MOVES[status] else [(RejectionCode.WRONG_STATUS, figures)])


def test_every_status_that_is_kept_is_judged() -> None:
    assert set(InstrumentStatus) - MOVES.keys() == {InstrumentStatus.MATURED}


def test_a_matured_one_still_changes_hands_and_is_issued_no_more(execution: Execution) -> None:
    announced = execution.instrument(BILL)
    bill = changed(announced, terms=replace(announced.terms, maturity_date=TODAY))
    house, beta = execution.account("mof-house"), execution.account("beta")
    sold = Movement(Purpose.TRANSFER, bill, house, beta, 500_000)
    assert list(refusals(execution, sold)) == []
    issued = Movement(Purpose.ISSUE, bill, None, beta, 500_000)
    assert [refused.code for refused in refusals(execution, issued)] == [
        RejectionCode.ALREADY_MATURED
    ]


def test_it_has_matured_from_its_date_on(execution: Execution) -> None:
    bill = execution.instrument(BILL)
    assert bill.status_on(TODAY + 83) is InstrumentStatus.ACTIVE
    assert bill.status_on(TODAY + 84) is InstrumentStatus.MATURED
    assert execution.instrument(RUPEE).status_on(200_000) is InstrumentStatus.ACTIVE


@pytest.mark.parametrize("status", [each for each in MOVES if each is not InstrumentStatus.ACTIVE])
def test_what_was_decided_stands_whatever_the_date(
    execution: Execution, status: InstrumentStatus
) -> None:
    decided = changed(execution.instrument(BILL), status=status)
    assert decided.status_on(200_000) is status
