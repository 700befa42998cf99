"""Governance decides who may hold an instrument, how much, and when it moves."""

import pytest

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.operations import SetRules
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import (
    RULES,
    AllowedJurisdictions,
    AnyRule,
    HolderCap,
    HolderCount,
    InvestorClasses,
    JurisdictionCap,
    LockUp,
    MinimumHolding,
    Period,
    RuleBook,
    ShareAbroad,
    Velocity,
    rules_of,
)
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE, START

CAP = HolderCap(5_000_000)
CAPS = (JurisdictionCap("AE", 5), JurisdictionCap("OM", 5))


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_the_rules_are_replaced_whole(desk: Desk) -> None:
    rules = (CAP, *CAPS, Velocity(Period.DAY, 1))
    (event,) = desk.do("mof, sbp", SetRules(BILL, rules))
    assert (event.name, event.fields) == (
        "rules-set",
        {
            "instrument": BILL,
            "rules": "holder-cap,jurisdiction-cap AE,jurisdiction-cap OM,velocity day",
        },
    )
    assert desk.state.get(RULES, BILL) == RuleBook(rules)
    desk.do("mof, sbp", SetRules(BILL, (CAP,)))
    assert rules_of(desk.state, BILL) == (CAP,)
    assert rules_of(desk.state, RUPEE) == ()


def test_without_rules_nothing_is_kept(desk: Desk) -> None:
    desk.do("mof, sbp", SetRules(BILL, (CAP,)))
    (event,) = desk.do("mof, sbp", SetRules(BILL, ()))
    assert event.fields["rules"] == ""
    assert desk.state.get(RULES, BILL) is None


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", "custodian-a, custodian-b, cdc"])
def test_rules_are_set_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, SetRules(BILL, (CAP,)))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "set-rules")


def test_an_unknown_instrument_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetRules("PK0000000000", ())) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "PK0000000000"},
    )


@pytest.mark.parametrize(
    "rules",
    [
        (CAP, HolderCap(1)),
        (CAP, CAP),
        (JurisdictionCap("AE", 5), JurisdictionCap("AE", 6)),
        CAPS[::-1],
        (Velocity(Period.DAY, 1), CAP),
        (Velocity(Period.DAY, 1), Velocity(Period.DAY, 2)),
    ],
)
def test_there_is_one_rule_of_each_kind_and_subject_in_order(
    desk: Desk, rules: tuple[AnyRule, ...]
) -> None:
    assert desk.refused("mof, sbp", SetRules(BILL, rules)) == (
        RejectionCode.INVALID_RULES,
        {
            "instrument": BILL,
            "problem": "rules must be sorted by kind and by what they are about, one of each",
        },
    )


def test_a_rule_that_contradicts_itself_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetRules(BILL, (AllowedJurisdictions(("PK", "AE")),))) == (
        RejectionCode.INVALID_RULES,
        {
            "instrument": BILL,
            "problem": "the countries whose residents may receive it: "
            "countries must be sorted, each once",
        },
    )


@pytest.mark.parametrize("rule", [CAP, HolderCount(5), MinimumHolding(5)])
def test_cash_has_no_rule_about_what_an_owner_holds(desk: Desk, rule: AnyRule) -> None:
    assert desk.refused("mof, sbp", SetRules(RUPEE, (rule,))) == (
        RejectionCode.INVALID_RULES,
        {"instrument": RUPEE, "problem": f"{rule.title}: nobody adds up who owns cash"},
    )
    desk.do("mof, sbp", SetRules(RUPEE, (JurisdictionCap("AE", 5), Velocity(Period.WEEK, 5))))


def test_the_sentence_says_exactly_what_changes(desk: Desk) -> None:
    until = START // 86_400_000 + 30
    before = (CAP, JurisdictionCap("AE", 0), LockUp(until), ShareAbroad(500))
    desk.do("mof, sbp", SetRules(BILL, before))
    after = (
        HolderCap(6_000_000),
        InvestorClasses((InvestorClass.BANK,)),
        JurisdictionCap("AE", 0),
        LockUp(until + 1),
        ShareAbroad(250),
    )
    assert SetRules(BILL, after).sentence(desk.state) == (
        f"set the rules of {BILL}: "
        f"raise the cap per holder from PKR 50,000.00 of {BILL} to PKR 60,000.00 of {BILL}; "
        "add the classes of investors that may receive it: bank; "
        "change the lock-up from until 2026-01-31 to until 2026-02-01; "
        "lower the share that may be held abroad from 5.00 % of what is outstanding "
        "to 2.50 % of what is outstanding"
    )
    assert SetRules(BILL, before[1:]).sentence(desk.state) == (
        f"set the rules of {BILL}: remove the cap per holder: PKR 50,000.00 of {BILL}"
    )
    assert (
        SetRules(BILL, before).sentence(desk.state)
        == f"set the rules of {BILL}: leave the rules as they are"
    )


def test_the_sentence_does_not_fail_where_the_instrument_is_not_known(desk: Desk) -> None:
    assert SetRules("NONE", (CAP,)).sentence(desk.state) == (
        "set the rules of NONE: add the cap per holder: 5,000,000 of NONE"
    )
