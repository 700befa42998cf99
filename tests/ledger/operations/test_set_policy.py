"""Policies change as they themselves allow, and never so that the sovereign has no say."""

import msgspec
import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey, Role, Standing
from amanat.ledger.operations import (
    ActivateVersion,
    AnyOperation,
    Approve,
    ChangeAuthorities,
    ExecuteProposal,
    Propose,
    RegisterParticipant,
    ReplaceKeys,
    SetCalendar,
    SetParameters,
    SetPolicy,
    SetRoles,
    SetStanding,
)
from amanat.ledger.operations.acts import AnyAct
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import POLICIES
from tests.ledger import world
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import AGE_MAX_MS, NOTICE, START, policy

CUSTODIANS = "cdc, custodian-a, custodian-b"
EXPIRES = START + 20 * DAY_MS
SEIZED = world.authority_set(["cdc", "custodian-a", "custodian-b"], 2, sovereign_min=0)

ATTACKS: dict[str, AnyAct] = {
    **{
        f"policy of {act}": SetPolicy(policy(act, (Role.CUSTODIAN, 3)))
        for act in world.POLICIES
        if act != "register-participant/holder"
    },
    "a policy of their own": SetPolicy(policy("seize", (Role.CUSTODIAN, 3))),
    "roles": SetRoles("custodian-a", (Role.CENTRAL_BANK, Role.CUSTODIAN)),
    "an institution": RegisterParticipant(world.participant("shadow", Role.CENTRAL_BANK)),
    "an issuer who holds": RegisterParticipant(
        world.participant("shadow", Role.HOLDER, Role.ISSUER)
    ),
    "keys": ReplaceKeys("mof", (ParticipantKey(world.public_key("thief"), 1, None),), 1),
    "standing": SetStanding("sbp", Standing.SUSPENDED),
    "roles taken": SetRoles("sbp", ()),
    "parameters": SetParameters(world.PARAMETERS),
    "version": ActivateVersion(2, 10_000),
    "calendar": SetCalendar(world.CALENDAR),
    "authorities": ChangeAuthorities(SEIZED.members, 2, 0, (), ()),
}


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def governed(desk: Desk) -> dict[bytes, bytes]:
    """Return everything on the ledger but proposals, closed days and the counts of transactions."""
    kinds = (b"proposal", b"executed", b"rejections", b"business-day", b"day-seal")
    return {
        key: value
        for key, value in desk.leader.tip.tree.items()
        if not any(kind in key for kind in kinds)
    }


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


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_all_custodians_together_decide_nothing(desk: Desk, attack: AnyOperation) -> None:
    assert desk.refused(CUSTODIANS, attack)[0] == RejectionCode.MISSING_APPROVAL


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_all_custodians_propose_stays_without_effect(desk: Desk, attack: AnyAct) -> None:
    before = governed(desk)
    (event,) = desk.do(CUSTODIANS, Propose((attack,), EXPIRES))
    assert event.name == "proposed"
    proposal = bytes.fromhex(str(event.fields["proposal"]))
    desk.wait_until(START + 5 * DAY_MS)
    desk.submit(desk.writer.sign(CUSTODIANS.split(", "), Approve(proposal)))
    assert desk.refused(CUSTODIANS, ExecuteProposal(proposal)) == (
        RejectionCode.PROPOSAL_OPEN,
        {"proposal": proposal.hex()},
    )
    assert governed(desk) == before


def test_what_they_may_do_opens_no_way_to_the_rest(desk: Desk) -> None:
    before = governed(desk)
    steps = (world.holder("delta"), *ATTACKS.values())
    (event,) = desk.do(CUSTODIANS, Propose(steps, EXPIRES))
    assert event.name == "proposed"
    assert governed(desk) == before


@pytest.mark.parametrize(
    "act", [act for act in world.POLICIES if act not in NOTICE and "holder" not in act]
)
@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.HOLDER])
def test_not_even_the_sovereign_gives_its_say_away(desk: Desk, act: str, role: Role) -> None:
    assert desk.refused("mof, sbp", SetPolicy(policy(act, (role, 1)))) == (
        RejectionCode.INVALID_POLICY,
        {"act": act, "problem": f"{act} must take the approval of central_bank or issuer"},
    )


@pytest.mark.parametrize("act", NOTICE)
def test_nor_with_notice(desk: Desk, act: str) -> None:
    given = SetPolicy(policy(act, (Role.CUSTODIAN, 3)))
    code, _ = desk.refused("mof, sbp", Propose((given,), EXPIRES))
    assert code == RejectionCode.INVALID_POLICY


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
