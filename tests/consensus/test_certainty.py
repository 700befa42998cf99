"""An authority on a new disk abstains until it is certain of its past."""

import pytest

from amanat.consensus.interface import Promise
from amanat.consensus.messages import (
    AppendReply,
    AskPast,
    Past,
    PreVote,
    PreVoteReply,
    RequestVote,
    TimeoutNow,
    VoteReply,
)
from amanat.consensus.raft import Role
from amanat.ledger.authorities import QuorumRule
from tests.consensus.network import TIMING, Network, Node, follower
from tests.consensus.register import Disk
from tests.consensus.signing import GENESIS, append, authority_set, leader_certificate, log_of

NEW = Promise(0, None, None)
LOG = log_of([1, 1])
ONE, TWO = (entry.block for entry in LOG)
LIFE = 0


OTHERS = ("bank-a", "bank-b", "mof", "sbp")
LEADER = leader_certificate("mof", 1, GENESIS)


def on_a_new_disk() -> Node:
    """The authority cdc."""
    return follower(promise=NEW)


def told(it: Node, **pasts: Past) -> None:
    """Let all others say where they are; those that are not named, that they have nothing."""
    for name in OTHERS:
        it.receive(name, pasts.get(name, Past(0, LIFE, GENESIS)))


def test_it_asks_all_others_and_then_those_alone_who_are_silent() -> None:
    it = on_a_new_disk()
    it.pass_time()
    assert [(each.to, each.message) for each in it.asked()] == [
        (name, AskPast(0, LIFE)) for name in OTHERS
    ]
    it.receive("mof", Past(1, LIFE, ONE))
    it.pass_time(TIMING.election)
    assert [each.to for each in it.asked()] == ["bank-a", "bank-b", "sbp"]


def test_whoever_is_asked_says_where_it_is() -> None:
    it = follower(LOG, Promise(4, None, TWO))
    assert it.answers("mof", AskPast(0, 77)) == [Past(4, 77, TWO)]


def test_until_all_have_answered_it_elects_nobody() -> None:
    it = on_a_new_disk()
    for name in OTHERS[1:]:
        it.receive(name, Past(1, LIFE, ONE))
    assert it.answers("mof", PreVote(9, TWO)) == [PreVoteReply(0, granted=False)]
    assert it.answers("mof", RequestVote(9, TWO)) == [VoteReply(9, None)]


def test_then_it_elects_whoever_lacks_nothing_that_was_named_in_a_later_term() -> None:
    it = on_a_new_disk()
    told(it, mof=Past(3, LIFE, ONE), sbp=Past(5, LIFE, TWO))
    assert it.answers("mof", PreVote(6, ONE)) == [PreVoteReply(0, granted=False)]
    assert it.answers("mof", PreVote(5, TWO)) == [PreVoteReply(0, granted=False)]
    assert it.answers("mof", PreVote(6, TWO)) == [PreVoteReply(6, granted=True)]


def test_what_an_earlier_life_asked_is_no_answer() -> None:
    it = on_a_new_disk()
    told(it, mof=Past(0, LIFE + 1, GENESIS))
    it.sync()
    assert it.disk.promise.acked is None
    told(it)
    it.sync()
    assert it.disk.promise.acked == GENESIS


def test_it_takes_blocks_and_acks_none() -> None:
    it = on_a_new_disk()
    assert it.answers("mof", append(LEADER, GENESIS, LOG)) == [AppendReply(1, 2, ())]
    assert it.last == TWO


def test_it_is_certain_once_its_log_has_come_as_far_as_all_others() -> None:
    it = on_a_new_disk()
    told(it, mof=Past(1, LIFE, TWO), sbp=Past(1, LIFE, ONE))
    (reply,) = it.answers("mof", append(LEADER, GENESIS, LOG))
    assert isinstance(reply, AppendReply)
    assert [ack.block for ack in reply.acks] == [ONE, TWO]
    assert it.disk.promise.acked == TWO


def test_the_vote_of_a_term_in_which_it_may_have_voted_is_spent() -> None:
    it = on_a_new_disk()
    it.receive("mof", append(LEADER, GENESIS, LOG))
    told(it, mof=Past(1, LIFE, TWO), sbp=Past(1, LIFE, TWO))
    it.sync()
    assert it.disk.promise.acked is not None
    assert it.answers("sbp", RequestVote(1, TWO)) == [VoteReply(1, None)]


def test_it_neither_stands_nor_takes_over() -> None:
    it = on_a_new_disk()
    it.receive("mof", append(LEADER, GENESIS, LOG))
    it.receive("mof", TimeoutNow(1, bytes(64)))
    assert it.role is Role.FOLLOWER
    it.tick(4 * TIMING.election)
    assert it.role is Role.FOLLOWER


@pytest.mark.parametrize("rule", QuorumRule)
def test_a_network_begins_once_all_have_heard_of_one_another(rule: QuorumRule) -> None:
    authorities = authority_set(quorum=4, rule=rule)
    disks = {member.name: Disk(promise=NEW) for member in authorities.members}
    network = Network(authorities, disks)
    late, *others = sorted(disks)
    network.cut.add(late)
    for name in others:
        network.tick(name, 2 * TIMING.election)
        network.settle()
    assert {network[name].role for name in others} == {Role.FOLLOWER}
    network.cut.clear()
    for name in disks:
        network.tick(name, TIMING.election)
        network.settle()
    assert all(disk.promise.acked == GENESIS for disk in disks.values())
    network.elect(others[0])
    assert network[others[0]].role is Role.LEADER


def test_one_that_is_alone_has_nobody_to_ask() -> None:
    alone = authority_set(("mof",), (), quorum=1)
    network = Network(alone, {"mof": Disk(promise=NEW)})
    network.tick("mof", 3 * TIMING.election)
    network.settle()
    assert network["mof"].role is Role.LEADER


def test_a_learner_is_certain_once_it_is_in_step() -> None:
    it = Node("new", authority_set(), Disk(promise=NEW))
    it.answers("mof", append(LEADER, GENESIS, LOG))
    assert it.disk.promise.acked is None
    it.answers("mof", append(LEADER, TWO))
    assert it.disk.promise.acked == GENESIS
