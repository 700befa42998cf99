"""A leader that is given up: who follows it no more, what that does to it, and what it does not."""

import pytest

from amanat.consensus.interface import Abandon, Receive
from amanat.consensus.messages import (
    Append,
    AppendReply,
    AskIndex,
    Confirm,
    Confirmed,
    PreVote,
    PreVoteReply,
    RequestVote,
    TimeoutNow,
    VoteReply,
)
from amanat.consensus.patience import SHUN_TIMEOUTS
from amanat.consensus.raft import Role
from amanat.consensus.statements import Handover
from tests.consensus.network import TIMING, Network, follower, leading
from tests.consensus.signing import (
    CHAIN,
    CUSTODIAN,
    LEADER,
    LOG,
    ONE,
    SOVEREIGN,
    THREE,
    append,
    extended,
    leader_certificate,
    signer,
)

FOLLOWERS = sorted({*SOVEREIGN, *CUSTODIAN} - {"mof"})


def abandon(network: Network, *names: str) -> None:
    for name in names:
        network.step(name, Abandon(term=1))


def run(network: Network, ticks: int) -> None:
    """Let time pass for everybody alike, one after the other."""
    for _ in range(ticks):
        for name in network.nodes:
            network.tick(name)
            network.settle()


# --- one node ---


def test_who_has_given_up_its_leader_follows_nobody() -> None:
    network = leading("mof")
    abandon(network, "cdc")
    assert (network["cdc"].leader, network["cdc"].role) == (None, Role.FOLLOWER)
    assert network["cdc"].term == 1


def test_it_neither_acks_nor_answers_what_that_leader_sends() -> None:
    it = follower(LOG)
    it.answers("mof", append(LEADER, THREE))
    it.step(Abandon(term=1))
    more = extended(THREE, LEADER, b"four")
    assert it.answers("mof", append(LEADER, THREE, more)) == []
    assert it.answers("mof", append(LEADER, THREE)) == []
    assert it.answers("mof", Confirm(1, 7)) == []
    assert it.last == THREE
    assert it.leader is None


def test_it_lets_a_successor_that_this_leader_names_wait_its_turn() -> None:
    network = leading("mof")
    abandon(network, "cdc")
    signature = signer("mof")(Handover(CHAIN, 1, "cdc").message())
    assert network["cdc"].answers("mof", TimeoutNow(1, signature)) == []
    assert network["cdc"].role is Role.FOLLOWER


def test_it_elects_others_as_one_that_hears_no_leader() -> None:
    it = follower(LOG)
    it.answers("mof", append(LEADER, THREE))
    assert it.receive("sbp", PreVote(2, THREE)) == [PreVoteReply(1, granted=False)]
    it.step(Abandon(term=1))
    assert it.receive("sbp", PreVote(2, THREE)) == [PreVoteReply(2, granted=True)]
    (reply,) = it.answers("sbp", RequestVote(2, THREE))
    assert isinstance(reply, VoteReply)
    assert reply.signature is not None


def test_it_asks_for_an_election_itself_after_a_whole_timeout() -> None:
    it = follower(LOG)
    it.answers("mof", append(LEADER, THREE))
    it.tick(2 * TIMING.election - 1)
    it.step(Abandon(term=1))
    assert it.tick(2 * TIMING.election - 1) == []
    assert it.tick() == [PreVote(2, THREE)] * 4
    assert it.answers("mof", append(LEADER, THREE)) == []
    assert it.role is Role.PRE_CANDIDATE


def test_a_new_term_begins_with_patience() -> None:
    it = follower(LOG)
    it.answers("mof", append(LEADER, THREE))
    it.step(Abandon(term=1))
    again = leader_certificate("mof", 2, THREE)
    opening = extended(THREE, again, b"opening")
    (reply,) = it.answers("mof", append(again, THREE, opening))
    assert isinstance(reply, AppendReply)
    assert len(reply.acks) == 1
    assert it.leader == "mof"


def test_for_a_while_it_does_not_elect_again_whom_it_gave_up() -> None:
    it = follower(LOG)
    it.answers("mof", append(LEADER, THREE))
    it.step(Abandon(term=1))
    assert it.receive("mof", PreVote(2, THREE)) == [PreVoteReply(1, granted=False)]
    assert it.answers("mof", RequestVote(2, THREE)) == []
    assert it.term == 1, "whoever calls for elections must not keep the others from theirs"
    it.tick(SHUN_TIMEOUTS * TIMING.election - 1)
    assert it.receive("mof", PreVote(2, THREE)) == [PreVoteReply(1, granted=False)]
    it.tick()
    assert it.receive("mof", PreVote(2, THREE)) == [PreVoteReply(2, granted=True)]


def test_a_leader_does_not_give_itself_up() -> None:
    network = leading("mof")
    before = network["mof"].core.status
    abandon(network, "mof")
    assert network["mof"].core.status == before
    assert network.under_way == []


@pytest.mark.parametrize("term", [0, 2])
def test_a_judgement_on_another_term_is_void(term: int) -> None:
    network = leading("mof")
    network.step("cdc", Abandon(term))
    assert network["cdc"].leader == "mof"


def test_who_follows_nobody_gives_nobody_up() -> None:
    it = follower(LOG[:1])
    it.step(Abandon(term=1))
    (reply,) = it.answers("mof", append(LEADER, ONE))
    assert isinstance(reply, AppendReply)


# --- a network ---


def test_one_impatient_follower_changes_nothing_for_the_others() -> None:
    network = leading("mof")
    abandon(network, "cdc")
    run(network, 10 * TIMING.election)
    assert (network["mof"].role, network["mof"].term) == (Role.LEADER, 1)
    network.propose("mof")
    network.settle()
    others = [node.commit_height for name, node in network.nodes.items() if name != "cdc"]
    assert others == [2] * 4


def test_an_impatient_follower_still_counts_when_the_others_need_it() -> None:
    """Three of five are a quorum: when two others fail, the election takes the impatient one in."""
    network = leading("mof")
    abandon(network, "cdc")
    network.cut = {name for name in FOLLOWERS if name not in ("cdc", "sbp")}
    run(network, (SHUN_TIMEOUTS + 6) * TIMING.election)
    (leader,) = [node for node in network.nodes.values() if node.role is Role.LEADER]
    assert leader.term > 1
    network.propose(leader.name)
    network.settle()
    assert {network[name].leader for name in ("mof", "sbp", "cdc")} == {leader.name}


@pytest.mark.parametrize("count", [3, 4])
def test_a_leader_without_a_patient_quorum_loses_its_place_to_another(count: int) -> None:
    network = leading("mof")
    abandon(network, *FOLLOWERS[:count])
    run(network, 6 * TIMING.election)
    leaders = {node.leader for node in network.nodes.values()}
    assert len(leaders) == 1
    assert leaders <= set(FOLLOWERS)


def test_a_leader_that_will_not_step_down_is_left_by_a_quorum_all_the_same() -> None:
    network = leading("mof")
    abandon(network, *FOLLOWERS)
    certificate = network["mof"].elected[-1]
    last = network["mof"].last
    for _ in range(4 * TIMING.election):
        for name in FOLLOWERS:
            network.tick(name)
            network.settle(lambda letter: "mof" not in (letter.sender, letter.to))
            network.step(name, Receive("mof", Append(1, certificate, last, (), None)))
    leaders = {network[name].leader for name in FOLLOWERS}
    assert len(leaders) == 1
    assert leaders <= set(FOLLOWERS)


def test_reads_do_not_keep_an_abandoned_leader_in_its_place() -> None:
    network = leading("mof")
    abandon(network, *FOLLOWERS)
    for number in range(2 * TIMING.election):
        network.step("mof", Receive("cdc", AskIndex(1, number)))
        network.tick("mof")
        network.settle()
    assert network["mof"].role is not Role.LEADER
    assert not any(isinstance(letter.message, Confirmed) for letter in network.delivered)
