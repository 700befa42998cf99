"""Pre-vote (Ongaro's dissertation, §9.6): nobody disturbs a leader that works."""

import pytest

from amanat.consensus.interface import Promise
from amanat.consensus.messages import (
    PreVote,
    PreVoteReply,
)
from amanat.consensus.raft import Role
from tests.consensus.network import TIMING, Network, follower
from tests.consensus.register import Disk
from tests.consensus.signing import (
    CUSTODIAN,
    GENESIS,
    SOVEREIGN,
    authority_set,
    log_of,
)

EVERYBODY = {*SOVEREIGN, *CUSTODIAN}


# --- pre-vote (Ongaro's dissertation, §9.6) ---


def test_a_node_that_hears_nobody_asks_whether_it_would_win_before_it_moves_its_term() -> None:
    it = follower()
    assert it.tick(2 * TIMING.election - 1) == []
    assert it.tick() == [PreVote(term=1, last=GENESIS)] * 4
    assert (it.role, it.term, it.unsynced) == (Role.PRE_CANDIDATE, 0, [])


def test_it_asks_again_for_as_long_as_it_hears_nobody_and_its_term_stays() -> None:
    it = follower()
    assert len(it.tick(10 * 2 * TIMING.election)) == 40
    assert it.term == 0


def test_a_sovereign_quorum_of_pre_votes_starts_the_election() -> None:
    it = follower(name="bank-a")
    it.tick(2 * TIMING.election)
    it.receive("bank-b", PreVoteReply(1, granted=True))
    it.receive("cdc", PreVoteReply(1, granted=True))
    assert it.role is Role.PRE_CANDIDATE, "three custodians are no quorum"
    it.receive("mof", PreVoteReply(1, granted=True))
    assert (it.role, it.term) == (Role.CANDIDATE, 1)


def test_a_pre_vote_repeated_by_one_peer_counts_once() -> None:
    it = follower(name="mof")
    it.tick(2 * TIMING.election)
    for _ in range(5):
        it.receive("sbp", PreVoteReply(1, granted=True))
    assert it.role is Role.PRE_CANDIDATE


@pytest.mark.parametrize("term", [0, 2, 3])
def test_a_pre_vote_for_another_term_does_not_count(term: int) -> None:
    it = follower(name="mof")
    it.tick(2 * TIMING.election)
    for peer in ("sbp", "cdc", "bank-a"):
        it.receive(peer, PreVoteReply(term, granted=True))
    assert (it.role, it.term) == (Role.PRE_CANDIDATE, 0)


def test_pre_votes_that_arrive_at_a_follower_start_nothing() -> None:
    it = follower(name="mof")
    for peer in ("sbp", "cdc", "bank-a"):
        it.receive(peer, PreVoteReply(1, granted=True))
    assert (it.role, it.term) == (Role.FOLLOWER, 0)


def test_a_pre_vote_binds_nobody() -> None:
    it = follower()
    assert it.answers("mof", PreVote(1, GENESIS)) == [PreVoteReply(1, granted=True)]
    assert it.answers("sbp", PreVote(1, GENESIS)) == [PreVoteReply(1, granted=True)]
    assert (it.term, it.disk.promise.vote) == (0, None)


def test_a_node_that_hears_its_leader_grants_no_pre_vote_until_it_misses_it() -> None:
    network = Network()
    network.elect("mof")
    follower, last = network["cdc"], network["cdc"].last
    assert follower.receive("sbp", PreVote(2, last)) == [PreVoteReply(1, granted=False, final=1)]
    follower.tick(TIMING.election - 1)
    assert follower.receive("sbp", PreVote(2, last)) == [PreVoteReply(1, granted=False, final=1)]
    follower.tick()
    assert follower.receive("sbp", PreVote(2, last)) == [PreVoteReply(2, granted=True, final=1)]


def test_a_leader_grants_no_pre_vote() -> None:
    network = Network()
    network.elect("mof")
    leader = network["mof"]
    assert leader.receive("sbp", PreVote(2, leader.last)) == [
        PreVoteReply(1, granted=False, final=1)
    ]


def test_no_pre_vote_for_a_term_that_has_begun() -> None:
    it = follower(promise=Promise(5, None, GENESIS))
    for term in (4, 5):
        assert it.receive("mof", PreVote(term, GENESIS)) == [PreVoteReply(5, granted=False)]
    assert it.receive("mof", PreVote(6, GENESIS)) == [PreVoteReply(6, granted=True)]


def test_who_asks_in_a_term_that_is_over_learns_the_present_one_and_asks_again() -> None:
    it = follower(name="mof")
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(7, granted=False))
    assert it.tick(2 * TIMING.election) == [PreVote(8, GENESIS)] * 4


def test_a_node_that_was_cut_off_comes_back_without_disturbing_anybody() -> None:
    network = Network()
    network.elect("mof")
    network.cut = {"cdc"}
    network.tick("cdc", 50 * TIMING.election)
    network.heartbeat("mof")
    network.cut = set()
    network.tick("cdc", 2 * TIMING.election)
    network.settle()
    network.heartbeat("mof")
    assert {it.term for it in network.nodes.values()} == {1}
    assert {it.leader for it in network.nodes.values()} == {"mof"}


def test_a_longer_log_in_an_older_term_wins_against_a_shorter_one_in_a_newer_term() -> None:
    log = log_of([1, 1, 1])
    disks = {
        "mof": Disk(log, Promise(1, None, GENESIS)),
        "sbp": Disk(log[:1], Promise(6, None, GENESIS)),
        "cdc": Disk(log, Promise(1, None, GENESIS)),
    }
    network = Network(authority_set(("mof", "sbp"), ("cdc",), quorum=2), disks)
    network.cut = {"cdc"}
    for _ in range(3):  # sbp's short log cannot win; mof learns the term and then can
        network.stand("sbp")
        network.settle()
        assert network["sbp"].role is not Role.LEADER
    network.stand("mof")
    network.settle()
    network.elect("mof", None)
    assert network["mof"].term == 7
