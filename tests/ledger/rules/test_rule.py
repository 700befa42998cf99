"""What holds of every rule: its name, its words, and what it is never asked about."""

import inspect
import pkgutil
from typing import Any, get_args

import pytest

from amanat.ledger import rules
from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.checks import refusals
from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.encoding import decode, encode
from amanat.ledger.holdings.movements import Movement, Purpose
from amanat.ledger.moving.posting import post
from amanat.ledger.operation_execution import Execution
from amanat.ledger.rules import (
    RULE_TYPES,
    AllowedJurisdictions,
    AnyRule,
    Blackout,
    CustodianCap,
    DeniedJurisdictions,
    HolderCap,
    HolderCount,
    HolderShare,
    InvestorClasses,
    JurisdictionCap,
    LockUp,
    MinimumHolding,
    Period,
    Rule,
    ShareAbroad,
    TravelData,
    Velocity,
    Window,
)
from amanat.ledger.rules.velocity import MOVED_OUT
from amanat.ledger.state import State
from tests.ledger.rules.ruled import FACE, give, ruled, set_rules
from tests.ledger.world import BILL, START

TODAY = START // 86_400_000

FORBIDDING: dict[type[Rule], AnyRule] = {
    AllowedJurisdictions: AllowedJurisdictions(("PK",)),
    DeniedJurisdictions: DeniedJurisdictions(("AE",)),
    InvestorClasses: InvestorClasses((InvestorClass.BANK,)),
    MinimumHolding: MinimumHolding(100 * FACE),
    LockUp: LockUp(TODAY + 1),
    Blackout: Blackout((Window(TODAY, TODAY),)),
    HolderCap: HolderCap(FACE),
    JurisdictionCap: JurisdictionCap("AE", FACE),
    CustodianCap: CustodianCap(FACE),
    ShareAbroad: ShareAbroad(0),
    HolderCount: HolderCount(1),
    HolderShare: HolderShare(InvestorClass.FOREIGN_INSTITUTION, 1),
    Velocity: Velocity(Period.DAY, FACE),
    TravelData: TravelData(FACE),
}
"""Of each kind, a rule that lets alpha give nothing to delta."""


def moving(rule: AnyRule, purpose: Purpose) -> tuple[Execution, Movement]:
    """Return two pieces on their way from alpha to delta, under one rule."""
    desk = ruled()
    give(desk, "mof-house", "alpha", 10)
    set_rules(desk, rule)
    state = State(desk.leader.tip.tree.get)
    place = Place(bytes(32), 1, START)
    execution = Execution(state, place, Consents(state, START, {}), transaction=bytes(32), keys=())
    alpha, delta = execution.account("alpha"), execution.account("delta")
    return execution, Movement(purpose, execution.instrument(BILL), alpha, delta, 2 * FACE)


@pytest.mark.parametrize("kind", RULE_TYPES)
@pytest.mark.parametrize("purpose", [Purpose.TRANSFER, Purpose.ENFORCEMENT])
def test_a_rule_refuses_with_its_own_code(kind: type[Rule], purpose: Purpose) -> None:
    codes = {refused.code for refused in refusals(*moving(FORBIDDING[kind], purpose))}
    assert codes == set(kind.codes)


@pytest.mark.parametrize("kind", RULE_TYPES)
@pytest.mark.parametrize("purpose", [Purpose.ORDER, Purpose.REDEMPTION])
def test_no_rule_stands_against_an_order_or_a_debt(kind: type[Rule], purpose: Purpose) -> None:
    assert list(refusals(*moving(FORBIDDING[kind], purpose))) == []


def test_what_an_order_takes_does_not_count_as_given_away() -> None:
    execution, movement = moving(FORBIDDING[Velocity], Purpose.ORDER)
    post(execution, movement)
    assert execution.state.get(MOVED_OUT, BILL, "alpha", "day") is None


def test_every_file_of_the_package_is_a_registered_rule_or_serves_them() -> None:
    files = {module.name for module in pkgutil.iter_modules(rules.__path__)}
    files -= {"rule", "rising", "receiving", "outstanding"}
    assert files == {kind.__module__.rsplit(".", 1)[-1] for kind in RULE_TYPES}
    assert files == {str(kind.__struct_config__.tag).replace("-", "_") for kind in RULE_TYPES}
    assert set(get_args(AnyRule)) == set(RULE_TYPES) == set(FORBIDDING)


@pytest.mark.parametrize("rule", FORBIDDING.values(), ids=lambda rule: rule.kind)
def test_a_rule_says_what_it_is_and_travels_behind_its_kind(rule: Rule) -> None:
    assert (inspect.getdoc(type(rule)) or "") != (inspect.getdoc(Rule) or "")
    assert rule.problems() == []
    assert rule.sentence(State(lambda _: None), BILL)
    union: Any = AnyRule
    assert decode(encode(rule), union) == rule
