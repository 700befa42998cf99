"""Who votes, who learns and what makes a quorum changes under dual control, and never unsafely."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.chain import BlockFault
from amanat.ledger.configurations import Configuration
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import ChangeAuthorities, SetStanding
from amanat.ledger.readiness import Readiness, Ready
from amanat.ledger.rejections import RejectionCode
from tests.ledger import world
from tests.ledger.desk import NEVER, Desk, anything, desk_with_market

FOUNDERS = ("cdc", "mof", "sbp")


def authority(name: str, kind: AuthorityClass | None = None, key: str | None = None) -> Authority:
    signing = key or f"authority {name}"
    return Authority(name, world.public_key(signing), kind or world.AUTHORITIES[name])


def change(
    members: tuple[str, ...] = FOUNDERS,
    learners: tuple[str, ...] = (),
    quorum: int = 2,
    sovereign_min: int = 1,
    ready: tuple[Readiness, ...] = (),
) -> ChangeAuthorities:
    return ChangeAuthorities(
        members=tuple(authority(name) for name in sorted(members)),
        quorum=quorum,
        sovereign_min=sovereign_min,
        learners=tuple(authority(name) for name in sorted(learners)),
        ready=ready,
    )


def word(desk: Desk, name: str, height: int, *, signed_by: str | None = None) -> Readiness:
    message = Ready(desk.writer.chain_id, name, height).message()
    key = world.key(signed_by or f"authority {name}")
    return Readiness(name, height, key.sign(message).signature)


def configuration(desk: Desk) -> Configuration:
    found = desk.leader.configuration(desk.leader.tip.height)
    assert found is not None
    assert found == desk.follower.configuration(desk.follower.tip.height)
    return found


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_learners_change_at_once(desk: Desk) -> None:
    (event,) = desk.do("mof, sbp", change(learners=("custodian-a",)))
    assert (event.name, event.fields["learners"]) == ("learners-changed", "custodian-a")
    found = configuration(desk)
    assert not found.is_joint
    assert found.since == desk.leader.tip.height
    assert found.peer("custodian-a") == authority("custodian-a")
    assert found.get("custodian-a") is None, "it has no vote"


def test_whoever_decides_reads_which_keys_are_new(desk: Desk) -> None:
    """To approve it is to trust them; whose key was known keeps it."""
    newcomer = change(learners=("custodian-a",))
    known_by = f"custodian-a (key {authority('custodian-a').key.hex()})"
    assert newcomer.sentence(desk.state) == f"let {known_by} learn"
    desk.do("mof, sbp", newcomer)
    voting = change(members=("custodian-a", *FOUNDERS)).sentence(desk.state)
    assert voting == "admit custodian-a as a custodian vote; let nobody learn"


def test_members_change_by_way_of_both_sets(desk: Desk) -> None:
    desk.do("mof, sbp", change(learners=("custodian-a",)))
    height = desk.leader.tip.height
    members = ("custodian-a", "mof", "sbp")
    (event,) = desk.do("mof, sbp", change(members, ready=(word(desk, "custodian-a", height),)))
    assert event.name == "authorities-changing"
    joint = configuration(desk)
    assert [[m.name for m in each.members] for each in joint.sets] == [
        list(FOUNDERS),
        ["custodian-a", "mof", "sbp"],
    ]
    assert not joint.is_quorum(["cdc", "sbp"]), "the new set has its say"
    assert not joint.is_quorum(["custodian-a", "sbp"]), "the old set has its say"
    assert joint.is_quorum(["mof", "sbp"])


def test_a_block_that_completes_the_change_names_the_new_set_alone(desk: Desk) -> None:
    desk.do("mof, sbp", change(quorum=3))
    since = desk.leader.tip.height
    built = desk.leader.build(
        term=1,
        proposer="mof",
        time=desk.time,
        leader_certificate=b"",
        candidates=[],
        completes_change=True,
    ).block
    assert built.configuration == built.next_configuration
    assert (built.configuration.since, built.configuration.is_joint) == (since + 1, False)
    assert built.configuration.current.quorum == 3
    with pytest.raises(BlockFault, match="another configuration"):
        desk.follower.extend(built.payload, latest=NEVER, accept=anything)
    desk.follower.extend(built.payload, latest=NEVER, accept=anything, completes_change=True)
    with pytest.raises(BlockFault, match="no change of the authorities is under way"):
        desk.follower.build(
            term=1,
            proposer="mof",
            time=desk.time,
            leader_certificate=b"",
            candidates=[],
            completes_change=True,
        )


def test_one_change_at_a_time(desk: Desk) -> None:
    desk.do("mof, sbp", change(quorum=3))
    since = desk.leader.tip.height
    assert desk.refused("mof, sbp", change()) == (RejectionCode.CHANGE_UNDER_WAY, {"since": since})


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", "custodian-a, custodian-b, cdc"])
def test_authorities_change_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, change(quorum=3))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "change-authorities")


UNSAFE = {
    "need not intersect": change(quorum=1),
    "exceeds the 3 members": change(quorum=4),
    "sovereign_min must be at least 1": change(sovereign_min=0),
    "exceeds 2 sovereign members": change(sovereign_min=3),
    "members must be sorted": ChangeAuthorities(
        (authority("mof"), authority("cdc"), authority("sbp")), 2, 1, (), ()
    ),
    "learners must be sorted": ChangeAuthorities(
        change().members, 2, 1, (authority("custodian-b"), authority("custodian-a")), ()
    ),
    "cannot vote and learn at once": change(learners=("cdc",)),
    "has an invalid key": ChangeAuthorities(
        change().members,
        2,
        1,
        (Authority("custodian-a", bytes(32), AuthorityClass.CUSTODIAN),),
        (),
    ),
    "share a key": ChangeAuthorities(
        change().members, 2, 1, (authority("custodian-a", key="authority cdc"),), ()
    ),
    "has another key": ChangeAuthorities(
        (authority("cdc", key="authority custodian-a"), *change().members[1:]), 2, 1, (), ()
    ),
    "uses the key of the participant alpha": ChangeAuthorities(
        change().members, 2, 1, (authority("custodian-a", key="alpha"),), ()
    ),
}


@pytest.mark.parametrize("problem", UNSAFE)
def test_what_could_not_decide_safely_is_refused(desk: Desk, problem: str) -> None:
    before = configuration(desk)
    code, figures = desk.refused("mof, sbp", UNSAFE[problem])
    assert code == RejectionCode.INVALID_AUTHORITIES
    assert problem in str(figures["problem"])
    assert configuration(desk) == before


def test_nobody_votes_who_has_not_caught_up_as_a_learner(desk: Desk) -> None:
    members = ("custodian-a", *FOUNDERS)
    height = desk.leader.tip.height
    early = word(desk, "custodian-a", height)
    code, figures = desk.refused("mof, sbp", change(members, quorum=3, ready=(early,)))
    assert (code, figures["need"]) == (RejectionCode.NOT_READY, "its word as a learner")
    desk.do("mof, sbp", change(learners=("custodian-a",)))
    code, figures = desk.refused("mof, sbp", change(members, quorum=3))
    assert (code, "custodian-a" in str(figures["need"])) == (RejectionCode.NOT_READY, True)
    for forged in (
        word(desk, "custodian-a", height, signed_by="authority mof"),
        Readiness("custodian-a", height + 1, early.signature),
    ):
        assert desk.refused("mof, sbp", change(members, quorum=3, ready=(forged,)))[0] == (
            RejectionCode.NOT_READY
        )
    future = word(desk, "custodian-a", desk.leader.tip.height + 5)
    code, figures = desk.refused("mof, sbp", change(members, quorum=3, ready=(future,)))
    assert (code, figures["have"]) == (RejectionCode.NOT_READY, future.height)
    desk.do("mof, sbp", change(members, quorum=3, ready=(early,)))
    assert configuration(desk).is_joint


def sound_sets() -> st.SearchStrategy[AuthoritySet]:
    """Sets of the seven test authorities, under either rule."""

    def made(names: set[str], spare: int, sovereign_min: int, rule: QuorumRule) -> AuthoritySet:
        least = len(names) // 2 + 1 if rule is QuorumRule.MAJORITY else 2 * len(names) // 3 + 1
        return world.authority_set(
            sorted(names), min(least + spare, len(names)), sovereign_min, rule
        )

    return st.builds(
        made,
        st.sets(st.sampled_from(sorted(world.AUTHORITIES)), min_size=1),
        st.integers(0, 2),
        st.integers(1, 2),
        st.sampled_from(QuorumRule),
    ).filter(lambda each: not each.problems())


@given(sound_sets(), sound_sets(), st.data())
def test_no_two_quorums_on_the_way_from_one_set_to_another_decide_without_each_other(
    old: AuthoritySet, new: AuthoritySet, data: st.DataObject
) -> None:
    """Old and joint share a member, joint and new do: however many authorities change at once."""
    joint = Configuration(old, new, (), 1)
    everybody = sorted({m.name for each in joint.sets for m in each.members})
    deciding = data.draw(st.sets(st.sampled_from(everybody)))
    rest = set(everybody) - deciding
    if joint.is_quorum(deciding):
        assert not Configuration.first(old).is_quorum(rest)
        assert not Configuration(new, None, (), 2).is_quorum(rest)
        assert joint.proves(deciding)
    if joint.proves(deciding):
        assert not Configuration(new, None, (), 2).is_quorum(rest)


def test_by_two_thirds_any_two_quorums_share_more_than_may_lie() -> None:
    for size in range(4, 8):
        names = sorted(world.AUTHORITIES)[:size]
        authorities = world.authority_set(names, 2 * size // 3 + 1, 0, QuorumRule.TWO_THIRDS)
        quorums = list(combinations(names, authorities.quorum))
        shared = min(len({*one} & {*two}) for one in quorums for two in quorums)
        assert shared == authorities.liars_max + 1


# --- whose they are ---


def operated(name: str, operator: str | None, kind: AuthorityClass) -> Authority:
    return Authority(name, world.public_key(f"authority {name}"), kind, operator)


@pytest.mark.parametrize(
    ("learner", "problem"),
    [
        (
            operated("exchange", None, AuthorityClass.CUSTODIAN),
            "the authority exchange is nobody's: no participant exchange",
        ),
        (
            operated("second", "exchange", AuthorityClass.CUSTODIAN),
            "the authority second is nobody's: no participant exchange",
        ),
        (
            operated("second", "custodian-a", AuthorityClass.SOVEREIGN),
            (
                "the authority second cannot be sovereign: "
                "custodian-a is neither central_bank nor issuer"
            ),
        ),
    ],
)
def test_every_authority_belongs_to_a_participant_that_may_have_it(
    desk: Desk, learner: Authority, problem: str
) -> None:
    assert desk.refused("mof, sbp", replace(change(), learners=(learner,))) == (
        RejectionCode.INVALID_AUTHORITIES,
        {"problem": problem},
    )


def test_nor_to_one_that_is_suspended(desk: Desk) -> None:
    desk.do("mof, sbp", SetStanding("custodian-a", Standing.SUSPENDED))
    learner = operated("custodian-a", None, AuthorityClass.CUSTODIAN)
    assert desk.refused("mof, sbp", replace(change(), learners=(learner,)))[1] == {
        "problem": "the authority custodian-a is that of custodian-a, who is suspended"
    }


def test_an_institution_may_have_several(desk: Desk) -> None:
    second = operated("mof-2", "mof", AuthorityClass.SOVEREIGN)
    desk.do("mof, sbp", replace(change(), learners=(second,)))
    assert second.operator == "mof"
