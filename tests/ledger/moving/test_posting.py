"""The one way in which anything moves: every check, every rule, and what is reserved."""

import pytest
from msgspec.structs import replace

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.checks import CHECKS, refusals
from amanat.ledger.custody.accounts import Account, InvestorClass
from amanat.ledger.governance.participants import Standing, changed
from amanat.ledger.holdings import balances
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules import RULES, InvestorClasses, RuleBook
from amanat.ledger.state import PARTICIPANTS, State
from tests.ledger.desk import desk_with_market
from tests.ledger.world import RUPEE, START


@pytest.fixture
def execution() -> Execution:
    """The market, with 300 of alpha's rupees reserved."""
    state = State(desk_with_market().leader.tip.tree.get)
    consents = Consents(state, START, {})
    place = Place(bytes(32), 1, START)
    execution = Execution(state, place, consents, transaction=bytes(32), keys=())
    balances.reserve(state, "alpha", RUPEE, 300)
    return execution


def moved(
    execution: Execution, amount: int, purpose: Purpose = Purpose.TRANSFER, *, reserved: int = 0
) -> Movement:
    """From alpha to beta, in rupees."""
    alpha, beta = execution.account("alpha"), execution.account("beta")
    return Movement(purpose, execution.instrument(RUPEE), alpha, beta, amount, reserved)


def codes(execution: Execution, movement: Movement) -> list[RejectionCode]:
    return [refused.code for refused in refusals(execution, movement)]


def test_what_is_reserved_does_not_move(execution: Execution) -> None:
    free = 1_000_000_000 - 300
    assert codes(execution, moved(execution, free)) == []
    (refused,) = refusals(execution, moved(execution, free + 1))
    assert refused.code == RejectionCode.INSUFFICIENT_HOLDING
    assert (refused.figures["have"], refused.figures["reserved"]) == (free, 300)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_not_even_an_order_moves_what_is_not_there(execution: Execution, purpose: Purpose) -> None:
    movement = moved(execution, 1_000_000_001, purpose, reserved=300)
    assert RejectionCode.INSUFFICIENT_HOLDING in codes(execution, movement)


def test_what_was_reserved_for_a_movement_moves_with_it(execution: Execution) -> None:
    post(execution, moved(execution, 1_000_000_000, Purpose.ENFORCEMENT, reserved=300))
    assert balances.holding(execution.state, "alpha", RUPEE) == balances.NOTHING


def test_a_movement_that_is_refused_moves_nothing(execution: Execution) -> None:
    with pytest.raises(Refused):
        post(execution, moved(execution, 1_000_000_000))
    assert balances.holding(execution.state, "alpha", RUPEE).amount == 1_000_000_000


def test_every_reason_is_told_and_not_the_first_alone(execution: Execution) -> None:
    custodian = execution.participant("custodian-a")
    suspended = changed(custodian, standing=Standing.SUSPENDED)
    execution.state.put(suspended, PARTICIPANTS, "custodian-a")
    allow(execution, InvestorClass.BANK)
    assert codes(execution, moved(execution, 1_000_000_000)) == [
        RejectionCode.INSUFFICIENT_HOLDING,
        RejectionCode.SUSPENDED,
        RejectionCode.CLASS_NOT_ALLOWED,
    ]


def allow(execution: Execution, *classes: InvestorClass) -> None:
    execution.state.put(RuleBook((InvestorClasses(classes),)), RULES, RUPEE)


def test_a_rule_lets_in_whom_it_names(execution: Execution) -> None:
    allow(execution, InvestorClass.BANK, InvestorClass.CORPORATE)
    assert codes(execution, moved(execution, 1)) == []


def test_a_rule_keeps_out_whom_it_does_not_name(execution: Execution) -> None:
    allow(execution, InvestorClass.BANK)
    (refused,) = refusals(execution, moved(execution, 1))
    assert refused.code == RejectionCode.CLASS_NOT_ALLOWED
    assert refused.figures == {"account": "beta", "investor_class": "corporate"}


@pytest.mark.parametrize("purpose", [Purpose.ORDER, Purpose.REDEMPTION])
def test_rules_do_not_stand_against_an_order_or_a_debt(
    execution: Execution, purpose: Purpose
) -> None:
    allow(execution, InvestorClass.BANK)
    assert codes(execution, moved(execution, 1, purpose)) == []


def test_a_rule_tells_itself_and_what_is_wrong_with_it() -> None:
    rule = InvestorClasses((InvestorClass.BANK, InvestorClass.CENTRAL_BANK))
    assert rule.sentence(State(lambda _: None), RUPEE) == (
        "the classes of investors that may receive it: bank, central bank"
    )
    assert rule.problems() == []
    assert replace(rule, allowed=rule.allowed[::-1]).problems() == [
        "classes must be sorted, each once"
    ]


def test_every_check_says_what_it_is_for() -> None:
    assert all(check.meaning and check.codes for check in CHECKS)


def test_an_account_is_not_moved_within(execution: Execution) -> None:
    alpha: Account = execution.account("alpha")
    instrument: Instrument = execution.instrument(RUPEE)
    within = Movement(Purpose.ORDER, instrument, alpha, alpha, 1)
    assert codes(execution, within) == [RejectionCode.SAME_ACCOUNT]
