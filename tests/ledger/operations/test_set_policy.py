"""Policies change as they themselves allow, and never so that the sovereign has no say."""

import msgspec
import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import Role
from amanat.ledger.operations import (
    SetPolicy,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import POLICIES
from tests.ledger import world
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import AGE_MAX_MS, NOTICE, START, policy

CUSTODIANS = "cdc, custodian-a, custodian-b"
EXPIRES = START + 20 * DAY_MS


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_a_policy_is_replaced_and_holds_at_once(desk: Desk) -> None:
    asked = policy("close-day", (Role.CENTRAL_BANK, 1), (Role.CUSTODIAN, 2))
    (event,) = desk.do("mof, sbp", SetPolicy(asked))
    assert (event.name, event.fields) == (
        "policy-set",
        {
            "act": "close-day",
            "approvals": "central_bank:1,custodian:2",
            "age_max_ms": AGE_MAX_MS,
            "delay_ms": 0,
        },
    )
    assert desk.state.get(POLICIES, "close-day") == asked


def test_an_act_without_a_policy_gets_one() -> None:
    document = world.genesis()
    kept = tuple(each for each in document.policies if each.act != "close-day")
    desk = Desk(msgspec.structs.replace(document, policies=kept))
    asked = policy("close-day", (Role.CENTRAL_BANK, 1))
    desk.do("mof, sbp", SetPolicy(asked))
    assert desk.state.get(POLICIES, "close-day") == asked


@pytest.mark.parametrize("act", ["clos-day", "issue", "issue/tally-stick", "transfer", "propose"])
def test_a_policy_that_no_operation_asks_for_is_rejected(desk: Desk, act: str) -> None:
    assert desk.refused("mof, sbp", SetPolicy(policy(act, (Role.ISSUER, 1)))) == (
        RejectionCode.INVALID_POLICY,
        {"act": act, "problem": "no operation asks for it"},
    )


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", CUSTODIANS])
def test_policies_are_set_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, SetPolicy(policy("close-day", (Role.CENTRAL_BANK, 1))))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "set-policy")


def test_a_policy_changes_only_as_it_itself_allows(desk: Desk) -> None:
    stricter = policy("close-day", (Role.CENTRAL_BANK, 1), (Role.CUSTODIAN, 2))
    desk.do("mof, sbp", SetPolicy(stricter))
    looser = SetPolicy(policy("close-day", (Role.CENTRAL_BANK, 1)))
    assert desk.refused("mof, sbp, cdc", looser) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "close-day", "role": "custodian", "have": 1, "need": 2},
    )
    desk.do("mof, sbp, cdc, custodian-a", looser)


def test_a_policy_with_notice_changes_only_with_notice(desk: Desk) -> None:
    sooner = policy("replace-keys", (Role.CENTRAL_BANK, 1), (Role.ISSUER, 1), delay=0)
    assert desk.refused("mof, sbp", SetPolicy(sooner)) == (
        RejectionCode.MUST_BE_PROPOSED,
        {"act": "replace-keys", "delay_ms": NOTICE["replace-keys"]},
    )


def test_a_policy_asks_for_no_more_than_there_are(desk: Desk) -> None:
    asked = policy("close-day", (Role.CENTRAL_BANK, 2))
    assert desk.refused("mof, sbp", SetPolicy(asked)) == (
        RejectionCode.INVALID_POLICY,
        {
            "act": "close-day",
            "problem": "nobody is there to take every seat of central_bank that it asks for",
        },
    )


def test_a_policy_names_each_role_once(desk: Desk) -> None:
    asked = policy("close-day", (Role.CENTRAL_BANK, 1), (Role.CENTRAL_BANK, 1))
    assert desk.refused("mof, sbp", SetPolicy(asked)) == (
        RejectionCode.INVALID_POLICY,
        {"act": "close-day", "problem": "approvals must be sorted by role, each once"},
    )


def test_a_notice_longer_than_a_proposal_may_live_is_rejected(desk: Desk) -> None:
    """Nothing could ever be done under it, and it could never be undone."""
    longest = world.PARAMETERS.proposal_max_ms
    asked = policy("set-policy", (Role.CENTRAL_BANK, 1), (Role.ISSUER, 1), delay=longest + 1)
    assert desk.refused("mof, sbp", SetPolicy(asked))[0] == RejectionCode.INVALID_POLICY


def test_the_sentence_says_what_was_and_what_is_to_be(desk: Desk) -> None:
    asked = policy("close-day", (Role.CENTRAL_BANK, 1), (Role.CUSTODIAN, 2), delay=DAY_MS)
    assert SetPolicy(asked).sentence(desk.state) == (
        "let close-day need 1 central bank and 2 custodian, each approval good for 7 days, "
        "with 1 day of notice; until now 1 central bank, each approval good for 7 days"
    )
