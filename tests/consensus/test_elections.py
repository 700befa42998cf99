"""Votes and who wins: Raft's rules (Figure 2, §5.2, §5.4.1), with signed votes."""

import pytest

from amanat.consensus.interface import Promise, Receive
from amanat.consensus.messages import (
    Append,
    AppendReply,
    Message,
    PreVote,
    PreVoteReply,
    RequestVote,
    VoteReply,
)
from amanat.consensus.raft import Role
from amanat.consensus.statements import BlockId, Vote
from amanat.ledger.authorities import AuthorityClass
from tests.consensus.deciding import change_to
from tests.consensus.network import TIMING, Letter, Network, Node, follower
from tests.consensus.register import Disk
from tests.consensus.signing import (
    CHAIN,
    CUSTODIAN,
    GENESIS,
    LEADER,
    LOG,
    SOVEREIGN,
    authority,
    authority_set,
    block_after,
    configuration,
    entry_after,
    leader_certificate,
    log_of,
    refusal,
    vote_of,
)

AUTHORITIES = configuration()
EVERYBODY = {*SOVEREIGN, *CUSTODIAN}


def candidate(name: str = "mof", promise: Promise | None = None) -> Node:
    """A node that has won its pre-vote and waits for votes."""
    it = follower(promise=promise, name=name)
    it.tick(2 * TIMING.election)
    for peer in sorted(EVERYBODY - {name}):
        it.receive(peer, PreVoteReply(it.term + 1, granted=True))
        if it.role is Role.CANDIDATE:
            break
    it.sync()
    assert it.role is Role.CANDIDATE
    return it


# --- votes (Raft Figure 2, RequestVote) ---


def test_no_learner_is_elected_and_none_moves_a_term() -> None:
    learner = authority("new", AuthorityClass.CUSTODIAN)
    admitted = entry_after(LOG[0].block, LEADER, change_to(authority_set(), [learner]))
    it = follower(log=[LOG[0], admitted])
    assert it.answers("new", PreVote(2, admitted.block)) == [PreVoteReply(1, granted=False)]
    assert it.answers("new", RequestVote(2, admitted.block)) == []
    assert (it.term, it.disk.promise.vote) == (1, None)
    assert it.answers("mof", RequestVote(2, admitted.block)) != []
    assert it.term == 2


def test_a_candidate_asks_for_votes_only_when_its_own_is_on_disk() -> None:
    it = follower(name="mof")
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(1, granted=True))
    assert it.receive("cdc", PreVoteReply(1, granted=True)) == []
    assert it.sync() == [RequestVote(1, GENESIS)] * 4
    assert it.disk.promise == Promise(1, Vote(CHAIN, 1, "mof", GENESIS), GENESIS)


def test_a_candidate_that_crashes_before_that_has_asked_nobody() -> None:
    it = follower(name="mof")
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(1, granted=True))
    it.receive("cdc", PreVoteReply(1, granted=True))
    it.start()
    assert (it.term, it.role) == (0, Role.FOLLOWER)


def test_a_candidate_whose_disk_is_slow_does_not_ask_in_a_term_that_it_has_left() -> None:
    it = follower(name="mof")
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(1, granted=True))
    it.receive("cdc", PreVoteReply(1, granted=True))
    it.receive("sbp", RequestVote(2, GENESIS))
    assert [type(message) for message in it.sync()] == [VoteReply]


def test_a_candidate_whose_disk_is_slow_does_not_ask_when_its_term_has_a_leader() -> None:
    it = follower(name="mof")
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(1, granted=True))
    it.receive("cdc", PreVoteReply(1, granted=True))
    won = leader_certificate("sbp", 1, GENESIS, ("bank-a", "cdc", "sbp"))
    it.receive("sbp", Append(1, won, GENESIS, (), None))
    assert it.sync() == [AppendReply(1, 0, ())]


def test_a_vote_leaves_only_when_it_is_on_disk() -> None:
    it = follower()
    assert it.receive("mof", RequestVote(1, GENESIS)) == []
    assert it.sync() == [vote_of("cdc", 1, "mof", GENESIS)]
    assert it.disk.promise.vote == Vote(CHAIN, 1, "mof", GENESIS)


def test_a_vote_that_a_crash_lost_was_never_given() -> None:
    it = follower()
    it.receive("mof", RequestVote(1, GENESIS))
    it.start()
    assert it.answers("sbp", RequestVote(1, GENESIS)) == [vote_of("cdc", 1, "sbp", GENESIS)]


def test_a_vote_that_left_holds_through_a_crash() -> None:
    it = follower()
    it.answers("mof", RequestVote(1, GENESIS))
    it.start()
    assert it.answers("sbp", RequestVote(1, GENESIS)) == [refusal(1)]
    assert it.answers("mof", RequestVote(1, GENESIS)) == [vote_of("cdc", 1, "mof", GENESIS)]


def test_there_is_one_vote_a_term() -> None:
    it = follower()
    it.receive("mof", RequestVote(1, GENESIS))
    assert it.receive("sbp", RequestVote(1, GENESIS)) == [refusal(1)]
    it.sync()
    assert it.receive("sbp", RequestVote(1, GENESIS)) == [refusal(1)]


def test_a_vote_that_was_lost_on_the_way_is_given_again_the_same() -> None:
    it = follower()
    first = it.answers("mof", RequestVote(1, GENESIS))
    assert it.answers("mof", RequestVote(1, GENESIS)) == first


def test_a_candidate_that_names_another_last_block_in_the_same_term_gets_no_second_vote() -> None:
    it = follower()
    it.answers("mof", RequestVote(1, GENESIS))
    longer = block_after(GENESIS, 0, b"another story")
    assert it.answers("mof", RequestVote(1, longer)) == [refusal(1)]


def test_a_candidate_does_not_vote_for_another_in_its_term_even_after_a_restart() -> None:
    it = candidate("mof")
    assert it.answers("sbp", RequestVote(1, GENESIS)) == [refusal(1)]
    it.start()
    assert it.answers("sbp", RequestVote(1, GENESIS)) == [refusal(1)]


def test_no_vote_in_a_term_that_is_over() -> None:
    it = follower(promise=Promise(5, None, GENESIS))
    assert it.answers("mof", RequestVote(4, GENESIS)) == [refusal(5)]


HELD = log_of([1, 1, 2, 2])[-1].block


@pytest.mark.parametrize(
    ("term", "height", "granted"),
    [
        (2, 4, True),
        (2, 5, True),
        (3, 1, True),  # a later last term wins over any length
        (2, 3, False),
        (1, 9, False),
        (0, 0, False),
    ],
)
def test_votes_and_pre_votes_go_to_logs_that_are_at_least_as_complete(
    term: int, height: int, granted: bool
) -> None:
    last = BlockId(term, height, HELD.digest)
    it = follower(log_of([1, 1, 2, 2]))
    assert it.receive("mof", PreVote(9, last)) == [
        PreVoteReply(9 if granted else 2, granted=granted)
    ]
    expected: Message = vote_of("cdc", 9, "mof", last) if granted else refusal(9)
    assert it.answers("mof", RequestVote(9, last)) == [expected]


def test_who_hears_its_leader_does_not_even_answer_a_candidate() -> None:
    network = Network()
    network.elect("mof")
    for name in ("mof", "cdc"):
        assert network[name].answers("sbp", RequestVote(2, network["sbp"].last)) == []
        assert network[name].term == 1


def test_who_asked_for_pre_votes_gives_way_to_the_candidate_that_it_votes_for() -> None:
    it = follower(promise=Promise(1, None, GENESIS))
    it.tick(2 * TIMING.election)
    it.answers("mof", RequestVote(1, GENESIS))
    for peer in ("sbp", "bank-a", "bank-b"):
        it.receive(peer, PreVoteReply(2, granted=True))
    assert (it.role, it.term) == (Role.FOLLOWER, 1)


def test_a_vote_restarts_the_wait_and_a_refusal_does_not() -> None:
    it = follower(log_of([1]), Promise(5, None, GENESIS))
    it.tick(2 * TIMING.election - 1)
    it.receive("mof", RequestVote(5, GENESIS))
    assert it.tick() == [PreVote(6, it.last)] * 4
    it.tick(2 * TIMING.election - 1)
    it.answers("mof", RequestVote(5, it.last))
    assert it.tick() == []


# --- who wins ---


def test_a_sovereign_quorum_of_votes_makes_a_leader_with_a_certificate_to_show() -> None:
    it = candidate("mof")
    it.receive("cdc", vote_of("cdc", 1, "mof", GENESIS))
    assert it.role is Role.CANDIDATE
    it.receive("bank-a", vote_of("bank-a", 1, "mof", GENESIS))
    assert (it.role, it.leader) == (Role.LEADER, "mof")
    assert it.elected == [leader_certificate("mof", 1, GENESIS, ("bank-a", "cdc", "mof"))]
    assert it.elected[0].is_valid(CHAIN, AUTHORITIES)


def test_custodians_alone_elect_nobody() -> None:
    it = candidate("bank-a")
    for voter in ("bank-b", "cdc"):
        it.receive(voter, vote_of(voter, 1, "bank-a", GENESIS))
    assert it.role is Role.CANDIDATE
    it.receive("sbp", vote_of("sbp", 1, "bank-a", GENESIS))
    assert (it.role, it.leader) == (Role.LEADER, "bank-a")


def test_without_the_sovereign_authorities_there_is_no_leader_and_no_term() -> None:
    network = Network()
    network.cut = set(SOVEREIGN)
    for name in CUSTODIAN * 2:
        network.stand(name)
        network.settle()
    assert {network[name].term for name in CUSTODIAN} == {0}


def test_votes_that_arrive_after_the_election_change_nothing() -> None:
    it = candidate("mof")
    for voter in ("cdc", "bank-a", "sbp", "cdc"):
        it.receive(voter, vote_of(voter, 1, "mof", GENESIS))
    assert len(it.elected) == 1


def test_a_vote_repeated_by_one_peer_counts_once() -> None:
    it = candidate("mof")
    for _ in range(5):
        it.receive("cdc", vote_of("cdc", 1, "mof", GENESIS))
    assert it.role is Role.CANDIDATE


@pytest.mark.parametrize(
    "forged",
    [
        vote_of("bank-a", 1, "mof", GENESIS),  # another voter's
        vote_of("cdc", 1, "sbp", GENESIS),  # for another candidate
        VoteReply(1, vote_of("cdc", 2, "mof", GENESIS).signature),  # for another term
        vote_of("cdc", 1, "mof", HELD),  # for another log
        VoteReply(1, bytes(64)),
    ],
)
def test_a_vote_that_its_voter_did_not_sign_so_is_a_fault_and_does_not_count(
    forged: VoteReply,
) -> None:
    it = candidate("mof")
    it.receive("bank-a", vote_of("bank-a", 1, "mof", GENESIS))
    it.receive("cdc", forged)
    assert it.role is Role.CANDIDATE
    assert it.faults == [("cdc", "its vote for term 1 is not signed by it")]


def test_refusals_and_votes_of_a_past_term_do_not_count() -> None:
    it = candidate("mof", Promise(4, None, GENESIS))
    it.receive("bank-a", vote_of("bank-a", 5, "mof", GENESIS))
    it.receive("cdc", refusal(5))
    it.receive("cdc", vote_of("cdc", 4, "mof", GENESIS))
    assert (it.role, it.faults) == (Role.CANDIDATE, [])


def test_a_refusal_from_a_later_term_is_no_reason_to_give_up_but_to_ask_for_more() -> None:
    it = candidate("mof")
    it.receive("cdc", refusal(3))
    assert (it.role, it.term) == (Role.CANDIDATE, 1)
    asked = [each for each in it.tick(2 * TIMING.election) if isinstance(each, PreVote)]
    assert {each.term for each in asked} == {4}


def test_no_refusal_keeps_a_quorum_from_electing() -> None:
    network = Network()
    network.stand("mof")
    network.settle(lambda letter: letter.sender != "cdc" or deny(network, letter))
    assert network["mof"].role is Role.LEADER


def deny(network: Network, letter: Letter) -> bool:
    """Let the sender of an answer claim to be far ahead instead."""
    for false in (PreVoteReply(99, granted=False), VoteReply(99, None)):
        network[letter.to].step(Receive(letter.sender, false))
    return False


def test_a_candidate_follows_the_leader_that_won_its_term() -> None:
    it = candidate("mof")
    won = leader_certificate("sbp", 1, GENESIS, ("bank-a", "cdc", "sbp"))
    it.answers("sbp", Append(1, won, GENESIS, (), None))
    assert (it.role, it.leader, it.term) == (Role.FOLLOWER, "sbp", 1)
    assert it.disk.promise.vote == Vote(CHAIN, 1, "mof", GENESIS), "its vote stands"


def test_a_split_vote_is_settled_in_the_next_term() -> None:
    network = Network()
    for name in ("mof", "sbp"):
        network.stand(name)
    for name in ("mof", "sbp"):
        for peer in sorted(EVERYBODY - {name}):
            network[name].receive(peer, PreVoteReply(1, granted=True))
            if network[name].role is Role.CANDIDATE:
                break
    network.under_way.clear()
    for name in ("mof", "sbp"):
        network.sync(name)
    split = {"mof": {"cdc", "sbp"}, "sbp": {"bank-a", "bank-b", "mof"}}
    network.cut = {"bank-b"}
    network.settle(lambda letter: letter.to in split.get(letter.sender, EVERYBODY))
    assert {network[name].role for name in ("mof", "sbp")} == {Role.CANDIDATE}
    network.elect("sbp")
    assert network["sbp"].term == 2


def test_a_single_authority_elects_itself_once_its_vote_is_on_disk() -> None:
    it = Node("mof", authority_set(("mof",), (), quorum=1), Disk())
    it.tick(2 * TIMING.election)
    assert (it.role, it.term) == (Role.CANDIDATE, 1)
    it.sync()
    assert it.role is Role.LEADER
    it.tick(10 * TIMING.election)
    assert it.role is Role.LEADER


def test_two_authorities_need_each_other() -> None:
    network = Network(authority_set(("mof", "sbp"), (), quorum=2))
    network.cut = {"sbp"}
    network.stand("mof")
    network.settle()
    assert (network["mof"].role, network["mof"].term) == (Role.PRE_CANDIDATE, 0)
    network.cut = set()
    network.elect("mof")
    assert network["sbp"].leader == "mof"
    network.cut = {"sbp"}
    network.tick("mof", 2 * TIMING.election)
    assert (network["mof"].role, network["mof"].leader) == (Role.FOLLOWER, None)
