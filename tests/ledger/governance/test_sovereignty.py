"""Pakistan's control cannot be voted away: everybody else together tries every act there is.

The coalition is every custodian and every holder. The acts are all that a policy governs, each in a
form that the two sovereign institutions could carry out.
"""

import pytest
from msgspec.structs import replace

from amanat.ledger.claims.pledges import pledges_on
from amanat.ledger.custody.limits import Limits
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey, Role, Standing
from amanat.ledger.instruments.ceilings import Ceilings
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operations import (
    ACTS,
    ActivateInstrument,
    ActivateVersion,
    AmendTerms,
    Approve,
    BlockKeys,
    ChangeAuthorities,
    CloseDay,
    EnforcePledge,
    ExecuteProposal,
    Issue,
    MoveClients,
    Pledge,
    Propose,
    Redeem,
    RegisterParticipant,
    ReleasePledge,
    ReplaceKeys,
    RequireProgram,
    SetAuthorisedAmount,
    SetCalendar,
    SetCeilings,
    SetInstrumentStatus,
    SetLimits,
    SetParameters,
    SetPayingAgent,
    SetPolicy,
    SetRoles,
    SetRules,
    SetStanding,
    SettleDue,
    SetTranche,
    SubstitutePledge,
)
from amanat.ledger.operations.acts import AnyAct
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import DeniedJurisdictions
from tests.ledger import world
from tests.ledger.court import PAUSE, TODAY, WHOLE, amount, extended, lifted, order, taking
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.exchange import other_bill
from tests.ledger.world import BILL, RUPEE, START, policy

EVERYBODY_ELSE = (
    "alpha, beta, gamma, cdc, custodian-a, custodian-b, custodian-c, custodian-d, exchange"
)
EXPIRES = START + 20 * DAY_MS
SEIZED = world.authority_set(["cdc", "custodian-a", "custodian-b"], 2)
OTHER = other_bill()
PLEDGE = bytes(32)
"""Stands for the pledge that the desk has on record."""

ATTACKS: dict[str, AnyAct] = {
    **{
        f"policy of {act}": SetPolicy(policy(act, (Role.CUSTODIAN, 3)))
        for act in world.POLICIES
        if act != "register-participant/holder"
    },
    "a policy of their own": SetPolicy(policy("seize", (Role.CUSTODIAN, 3))),
    "roles": SetRoles("custodian-a", (Role.CENTRAL_BANK, Role.CUSTODIAN)),
    "roles taken": SetRoles("sbp", ()),
    "an institution": RegisterParticipant(world.participant("shadow", Role.CENTRAL_BANK)),
    "an issuer who holds": RegisterParticipant(
        world.participant("shadow", Role.HOLDER, Role.ISSUER)
    ),
    "keys": ReplaceKeys("mof", (ParticipantKey(world.public_key("thief"), 1, None),), 1),
    "keys blocked": BlockKeys("mof", (world.public_key("mof"),)),
    "standing": SetStanding("sbp", Standing.SUSPENDED),
    "parameters": SetParameters(world.PARAMETERS),
    "version": ActivateVersion(2, 10_000),
    "programs": RequireProgram((bytes(32),)),
    "calendar": SetCalendar(world.CALENDAR),
    "day": CloseDay(TODAY),
    "authorities": ChangeAuthorities(SEIZED.members, 2, 1, (), ()),
    "instrument": OTHER,
    "activation": ActivateInstrument(OTHER.id),
    "terms": AmendTerms(BILL, "ours", OTHER.terms),
    "status": SetInstrumentStatus(BILL, InstrumentStatus.SUSPENDED),
    "default": SetInstrumentStatus(BILL, InstrumentStatus.DEFAULT),
    "agent": SetPayingAgent(BILL, "custodian-a"),
    "authorised": SetAuthorisedAmount(BILL, 10**17),
    "tranche": SetTranche(BILL, 1, 500_000, TODAY, TODAY + 7),
    "ceiling": SetCeilings(RUPEE, Ceilings(())),
    "rules": SetRules(BILL, (DeniedJurisdictions(("PK",)),)),
    "debt": Issue(BILL, "alpha", 500_000),
    "money": Issue(RUPEE, "alpha", 1),
    "redemption": Redeem(BILL, "mof-house", 500_000, "alpha"),
    "money destroyed": Redeem(RUPEE, "sbp-house", 1, None),
    "limits": SetLimits("exchange", Limits((), (), ())),
    "clients": MoveClients("exchange", "custodian-a", 10),
    "pledge taken": EnforcePledge(PLEDGE, 5, "beta"),
    "pledge let go": ReleasePledge(PLEDGE, 5),
    "pledge exchanged": SubstitutePledge(PLEDGE, 5, "alpha", RUPEE, 5),
    "settlement": SettleDue(TODAY, None, 10),
    "order": order(WHOLE, "false"),
    "pause": order(PAUSE, "pause"),
    "longer order": extended(None),
    "order lifted": lifted(),
    "taken by order": taking(1),
}

SELF_GOVERNED = {"pledge let go", "pledge exchanged"}
"""Governance has a say in these only where the beneficiary is suspended."""

REFUSED_FOR_WANT_OF = {
    RejectionCode.MISSING_APPROVAL,
    RejectionCode.MISSING_SIGNATURE,
    RejectionCode.MUST_BE_PROPOSED,
    RejectionCode.NO_POLICY,
}


@pytest.fixture
def desk() -> Desk:
    """A market with a pledge and an order on it, a distributor, and a bill that is announced."""
    desk = desk_with_market()
    desk.do("mof, sbp", RegisterParticipant(world.participant("exchange", Role.DISTRIBUTOR)))
    desk.do("mof", OTHER)
    desk.do("sbp", order(amount(5), seizable=5))
    desk.do("alpha", Pledge("alpha", RUPEE, 5, "beta", "loan"))
    return desk


def made(desk: Desk, name: str) -> AnyAct:
    """Return the attack, on the pledge that there is and the names that are free."""
    attack = ATTACKS[name]
    if isinstance(attack, EnforcePledge | ReleasePledge | SubstitutePledge):
        (pledge,) = pledges_on("alpha", RUPEE).members(desk.state)
        return replace(attack, pledge=bytes.fromhex(pledge))
    return attack


def governed(desk: Desk) -> dict[bytes, bytes]:
    """Return everything on the ledger but proposals, closed days and the counts of transactions."""
    kinds = (b"proposal", b"executed", b"rejections", b"business-day", b"day-seal")
    return {
        key: value
        for key, value in desk.leader.tip.tree.items()
        if not any(kind in key for kind in kinds)
    }


def test_no_act_that_a_policy_governs_is_left_out() -> None:
    governed_by_policy = {act for act in ACTS if act.acts}
    assert {type(attack) for attack in ATTACKS.values()} == governed_by_policy


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in SELF_GOVERNED])
def test_all_others_together_decide_nothing(desk: Desk, name: str) -> None:
    assert desk.refused(EVERYBODY_ELSE, made(desk, name))[0] in REFUSED_FOR_WANT_OF


@pytest.mark.parametrize("name", sorted(SELF_GOVERNED))
def test_not_even_over_a_pledge_whose_beneficiary_is_suspended(desk: Desk, name: str) -> None:
    desk.do("mof, sbp", SetStanding("beta", Standing.SUSPENDED))
    assert desk.refused(EVERYBODY_ELSE, made(desk, name))[0] == RejectionCode.MISSING_APPROVAL


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in SELF_GOVERNED])
def test_what_all_others_propose_stays_without_effect(desk: Desk, name: str) -> None:
    before = governed(desk)
    (event,) = desk.do(EVERYBODY_ELSE, Propose((made(desk, name),), EXPIRES))
    assert event.name == "proposed"
    proposal = bytes.fromhex(str(event.fields["proposal"]))
    desk.wait_until(START + 5 * DAY_MS)
    desk.submit(desk.writer.sign(EVERYBODY_ELSE.split(", "), Approve(proposal)))
    code, _ = desk.refused(EVERYBODY_ELSE, ExecuteProposal(proposal))
    assert code == RejectionCode.PROPOSAL_OPEN
    assert governed(desk) == before


def test_what_they_may_do_opens_no_way_to_the_rest(desk: Desk) -> None:
    before = governed(desk)
    attacks = (made(desk, name) for name in ATTACKS if name not in SELF_GOVERNED)
    (event,) = desk.do(EVERYBODY_ELSE, Propose((world.holder("delta"), *attacks), EXPIRES))
    assert event.name == "proposed"
    assert governed(desk) == before


@pytest.mark.parametrize(
    "act", [act for act in world.POLICIES if act not in world.NOTICE and "holder" not in act]
)
@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.HOLDER])
def test_not_even_the_sovereign_gives_its_say_away(desk: Desk, act: str, role: Role) -> None:
    assert desk.refused("mof, sbp", SetPolicy(policy(act, (role, 1)))) == (
        RejectionCode.INVALID_POLICY,
        {"act": act, "problem": f"{act} must take the approval of central_bank or issuer"},
    )


@pytest.mark.parametrize("act", world.NOTICE)
def test_nor_with_notice(desk: Desk, act: str) -> None:
    given = SetPolicy(policy(act, (Role.CUSTODIAN, 3)))
    code, _ = desk.refused("mof, sbp", Propose((given,), EXPIRES))
    assert code == RejectionCode.INVALID_POLICY
