"""Elections: Raft's rules (Figure 2, §5.2, §5.4.1), pre-vote, check-quorum, and signed votes."""

import pytest

from amanat.consensus.core import TERM_LEAP_MAX
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
from amanat.ledger.crypto import verify
from tests.consensus.network import TIMING, Disk, Network, Node
from tests.consensus.signing import (
    CHAIN,
    CUSTODIAN,
    GENESIS,
    SOVEREIGN,
    authority_set,
    block_after,
    leader_certificate,
    log_of,
    signer,
)

AUTHORITIES = authority_set()
EVERYBODY = {*SOVEREIGN, *CUSTODIAN}


def node(name: str = "cdc", disk: Disk | None = None) -> Node:
    return Node(name, AUTHORITIES, disk or Disk())


def vote_of(voter: str, term: int, candidate: str, last: BlockId) -> VoteReply:
    return VoteReply(term, signer(voter)(Vote(CHAIN, term, candidate, last).message()))


def refusal(term: int) -> VoteReply:
    return VoteReply(term, None)


def candidate(name: str = "mof", disk: Disk | None = None) -> Node:
    """A node that has won its pre-vote and waits for votes."""
    it = node(name, disk)
    it.tick(2 * TIMING.election)
    for peer in sorted(EVERYBODY - {name}):
        it.receive(peer, PreVoteReply(it.term + 1, granted=True))
        if it.role is Role.CANDIDATE:
            break
    it.sync()
    assert it.role is Role.CANDIDATE
    return it


# --- pre-vote (Ongaro's dissertation, §9.6) ---


def test_a_node_that_hears_nobody_asks_whether_it_would_win_before_it_moves_its_term() -> None:
    it = node()
    assert it.tick(2 * TIMING.election - 1) == []
    assert it.tick() == [PreVote(term=1, last=GENESIS)] * 4
    assert (it.role, it.term, it.unsynced) == (Role.PRE_CANDIDATE, 0, [])


def test_it_asks_again_for_as_long_as_it_hears_nobody_and_its_term_stays() -> None:
    it = node()
    assert len(it.tick(10 * 2 * TIMING.election)) == 40
    assert it.term == 0


def test_a_sovereign_quorum_of_pre_votes_starts_the_election() -> None:
    it = node("bank-a")
    it.tick(2 * TIMING.election)
    it.receive("bank-b", PreVoteReply(1, granted=True))
    it.receive("cdc", PreVoteReply(1, granted=True))
    assert it.role is Role.PRE_CANDIDATE, "three custodians are no quorum"
    it.receive("mof", PreVoteReply(1, granted=True))
    assert (it.role, it.term) == (Role.CANDIDATE, 1)


def test_a_pre_vote_repeated_by_one_peer_counts_once() -> None:
    it = node("mof")
    it.tick(2 * TIMING.election)
    for _ in range(5):
        it.receive("sbp", PreVoteReply(1, granted=True))
    assert it.role is Role.PRE_CANDIDATE


@pytest.mark.parametrize("term", [0, 2, 3])
def test_a_pre_vote_for_another_term_does_not_count(term: int) -> None:
    it = node("mof")
    it.tick(2 * TIMING.election)
    for peer in ("sbp", "cdc", "bank-a"):
        it.receive(peer, PreVoteReply(term, granted=True))
    assert (it.role, it.term) == (Role.PRE_CANDIDATE, 0)


def test_pre_votes_that_arrive_at_a_follower_start_nothing() -> None:
    it = node("mof")
    for peer in ("sbp", "cdc", "bank-a"):
        it.receive(peer, PreVoteReply(1, granted=True))
    assert (it.role, it.term) == (Role.FOLLOWER, 0)


def test_a_pre_vote_binds_nobody() -> None:
    it = node()
    assert it.answers("mof", PreVote(1, GENESIS)) == [PreVoteReply(1, granted=True)]
    assert it.answers("sbp", PreVote(1, GENESIS)) == [PreVoteReply(1, granted=True)]
    assert (it.term, it.disk.promise.vote) == (0, None)


def test_a_node_that_hears_its_leader_grants_no_pre_vote_until_it_misses_it() -> None:
    network = Network()
    network.elect("mof")
    follower, last = network["cdc"], network["cdc"].last
    assert follower.receive("sbp", PreVote(2, last)) == [PreVoteReply(1, granted=False)]
    follower.tick(TIMING.election - 1)
    assert follower.receive("sbp", PreVote(2, last)) == [PreVoteReply(1, granted=False)]
    follower.tick()
    assert follower.receive("sbp", PreVote(2, last)) == [PreVoteReply(2, granted=True)]


def test_a_leader_grants_no_pre_vote() -> None:
    network = Network()
    network.elect("mof")
    leader = network["mof"]
    assert leader.receive("sbp", PreVote(2, leader.last)) == [PreVoteReply(1, granted=False)]


def test_no_pre_vote_for_a_term_that_has_begun() -> None:
    it = node(disk=Disk(promise=Promise(5, None, None)))
    for term in (4, 5):
        assert it.receive("mof", PreVote(term, GENESIS)) == [PreVoteReply(5, granted=False)]
    assert it.receive("mof", PreVote(6, GENESIS)) == [PreVoteReply(6, granted=True)]


def test_who_asks_in_a_term_that_is_over_learns_the_present_one_and_asks_again() -> None:
    it = node("mof")
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(7, granted=False))
    assert (it.role, it.term) == (Role.FOLLOWER, 7)
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
        "mof": Disk(log, Promise(1, None, None)),
        "sbp": Disk(log[:1], Promise(6, None, None)),
        "cdc": Disk(log, Promise(1, None, None)),
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


# --- votes (Raft Figure 2, RequestVote) ---


def test_a_candidate_asks_for_votes_only_when_its_own_is_on_disk() -> None:
    it = node("mof")
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(1, granted=True))
    assert it.receive("cdc", PreVoteReply(1, granted=True)) == []
    assert it.sync() == [RequestVote(1, GENESIS)] * 4
    assert it.disk.promise == Promise(1, Vote(CHAIN, 1, "mof", GENESIS), None)


def test_a_candidate_that_crashes_before_that_has_asked_nobody() -> None:
    it = node("mof")
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(1, granted=True))
    it.receive("cdc", PreVoteReply(1, granted=True))
    it.start()
    assert (it.term, it.role) == (0, Role.FOLLOWER)


def test_a_candidate_whose_disk_is_slow_does_not_ask_in_a_term_that_it_has_left() -> None:
    it = node("mof")
    it.tick(2 * TIMING.election)
    it.receive("sbp", PreVoteReply(1, granted=True))
    it.receive("cdc", PreVoteReply(1, granted=True))
    it.receive("sbp", RequestVote(2, GENESIS))
    assert [type(message) for message in it.sync()] == [VoteReply]


def test_a_vote_leaves_only_when_it_is_on_disk() -> None:
    it = node()
    assert it.receive("mof", RequestVote(1, GENESIS)) == []
    assert it.sync() == [vote_of("cdc", 1, "mof", GENESIS)]
    assert it.disk.promise.vote == Vote(CHAIN, 1, "mof", GENESIS)


def test_a_vote_that_a_crash_lost_was_never_given() -> None:
    it = node()
    it.receive("mof", RequestVote(1, GENESIS))
    it.start()
    assert it.answers("sbp", RequestVote(1, GENESIS)) == [vote_of("cdc", 1, "sbp", GENESIS)]


def test_a_vote_that_left_holds_through_a_crash() -> None:
    it = node()
    it.answers("mof", RequestVote(1, GENESIS))
    it.start()
    assert it.answers("sbp", RequestVote(1, GENESIS)) == [refusal(1)]
    assert it.answers("mof", RequestVote(1, GENESIS)) == [vote_of("cdc", 1, "mof", GENESIS)]


def test_there_is_one_vote_a_term() -> None:
    it = node()
    it.receive("mof", RequestVote(1, GENESIS))
    assert it.receive("sbp", RequestVote(1, GENESIS)) == [refusal(1)]
    it.sync()
    assert it.receive("sbp", RequestVote(1, GENESIS)) == [refusal(1)]


def test_a_vote_that_was_lost_on_the_way_is_given_again_the_same() -> None:
    it = node()
    first = it.answers("mof", RequestVote(1, GENESIS))
    assert it.answers("mof", RequestVote(1, GENESIS)) == first


def test_a_candidate_that_names_another_last_block_in_the_same_term_gets_no_second_vote() -> None:
    it = node()
    it.answers("mof", RequestVote(1, GENESIS))
    longer = block_after(GENESIS, 0, b"another story")
    assert it.answers("mof", RequestVote(1, longer)) == [refusal(1)]


def test_a_candidate_does_not_vote_for_another_in_its_term_even_after_a_restart() -> None:
    it = candidate("mof")
    assert it.answers("sbp", RequestVote(1, GENESIS)) == [refusal(1)]
    it.start()
    assert it.answers("sbp", RequestVote(1, GENESIS)) == [refusal(1)]


def test_no_vote_in_a_term_that_is_over() -> None:
    it = node(disk=Disk(promise=Promise(5, None, None)))
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
    it = node(disk=Disk(log_of([1, 1, 2, 2])))
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
    it = node("cdc", Disk(promise=Promise(1, None, None)))
    it.tick(2 * TIMING.election)
    it.answers("mof", RequestVote(1, GENESIS))
    for peer in ("sbp", "bank-a", "bank-b"):
        it.receive(peer, PreVoteReply(2, granted=True))
    assert (it.role, it.term) == (Role.FOLLOWER, 1)


def test_a_vote_restarts_the_wait_and_a_refusal_does_not() -> None:
    it = node(disk=Disk(log_of([1]), Promise(5, None, None)))
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
    it = candidate("mof", Disk(promise=Promise(4, None, None)))
    it.receive("bank-a", vote_of("bank-a", 5, "mof", GENESIS))
    it.receive("cdc", refusal(5))
    it.receive("cdc", vote_of("cdc", 4, "mof", GENESIS))
    assert (it.role, it.faults) == (Role.CANDIDATE, [])


def test_a_refusal_from_a_later_term_ends_the_candidacy() -> None:
    it = candidate("mof")
    it.receive("cdc", refusal(3))
    assert (it.role, it.term) == (Role.FOLLOWER, 3)


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


# --- terms ---


def test_a_leader_steps_down_when_it_hears_of_a_later_term() -> None:
    for message in (
        AppendReply(2, 0, ()),
        VoteReply(2, None),
        PreVoteReply(2, granted=False),
    ):
        network = Network()
        network.elect("mof")
        network["mof"].step(Receive("cdc", message))
        assert (network["mof"].role, network["mof"].term) == (Role.FOLLOWER, 2)


def test_a_term_never_goes_back() -> None:
    it = node(disk=Disk(promise=Promise(5, None, None)))
    old = leader_certificate("mof", 4, GENESIS)
    messages: list[Message] = [
        PreVote(3, GENESIS),
        PreVoteReply(3, granted=False),
        RequestVote(3, GENESIS),
        VoteReply(3, None),
        Append(4, old, GENESIS, (), None),
        AppendReply(3, 0, ()),
    ]
    for message in messages:
        it.answers("mof", message)
        assert (it.term, it.disk.promise.term, it.leader) == (5, 5, None)


def test_nobody_can_push_the_others_to_the_end_of_all_terms() -> None:
    it = node()
    messages: list[Message] = [
        RequestVote(TERM_LEAP_MAX + 1, GENESIS),
        VoteReply(2**63 - 1, None),
        PreVoteReply(2**63 - 1, granted=False),
        AppendReply(2**63 - 1, 0, ()),
    ]
    for message in messages:
        assert it.answers("bank-b", message) == []
    assert it.term == 0
    assert len(it.faults) == 4
    it.answers("bank-b", RequestVote(TERM_LEAP_MAX, GENESIS))
    assert it.term == TERM_LEAP_MAX


def test_a_node_that_crashed_before_its_promise_was_written_starts_in_its_logs_last_term() -> None:
    log = log_of([1, 3])
    it = node(disk=Disk(log, Promise(1, None, log[0].block)))
    assert it.term == 3
    assert it.receive("mof", PreVote(3, log[-1].block)) == [PreVoteReply(3, granted=False)]


# --- check-quorum ---


@pytest.mark.parametrize("heard", [set[str](), {"cdc"}, set(SOVEREIGN[1:])])
def test_a_leader_that_hears_no_quorum_steps_down(heard: set[str]) -> None:
    network = Network()
    network.elect("mof")
    network.cut = EVERYBODY - {"mof"} - heard
    for _ in range(2 * TIMING.election // TIMING.heartbeat):
        network.heartbeat("mof")
    assert (network["mof"].role, network["mof"].leader) == (Role.FOLLOWER, None)


def test_a_leader_from_the_custodians_that_hears_no_sovereign_authority_steps_down() -> None:
    network = Network()
    network.elect("cdc")
    network.cut = set(SOVEREIGN)
    for _ in range(2 * TIMING.election // TIMING.heartbeat):
        network.heartbeat("cdc")
    assert network["cdc"].role is Role.FOLLOWER


def test_a_leader_that_hears_a_bare_quorum_stays() -> None:
    network = Network()
    network.elect("mof")
    network.cut = {"sbp", "bank-a"}
    for _ in range(5 * TIMING.election):
        network.heartbeat("mof")
    assert (network["mof"].role, network["mof"].term) == (Role.LEADER, 1)


def test_a_one_way_link_leaves_one_stable_leader() -> None:
    # The follower does not hear the leader; the leader and all others hear it.
    network = Network()
    network.elect("mof")
    for _ in range(20 * TIMING.election):
        for name in network.nodes:
            network.tick(name)
        network.settle(lambda letter: (letter.sender, letter.to) != ("mof", "cdc"))
    assert (network["mof"].role, network["mof"].term) == (Role.LEADER, 1)
    assert {network[name].leader for name in ("sbp", "bank-a", "bank-b")} == {"mof"}


# --- an authority whose disk lost what it had acked ---


LOG = log_of([1, 1, 1])
FORGETFUL = Promise(1, None, acked=LOG[1].block)


def test_who_lost_what_it_acked_does_not_stand_for_election() -> None:
    it = node(disk=Disk(LOG[:1], FORGETFUL))
    assert it.tick(10 * TIMING.election) == []
    whole = node(disk=Disk(LOG[:2], FORGETFUL))
    assert whole.tick(2 * TIMING.election) == [PreVote(2, LOG[1].block)] * 4


@pytest.mark.parametrize(("length", "granted"), [(1, False), (2, True), (3, True)])
def test_who_lost_what_it_acked_elects_only_a_candidate_that_has_it(
    length: int, granted: bool
) -> None:
    last = LOG[length - 1].block
    it = node(disk=Disk(LOG[:1], FORGETFUL))
    reply = PreVoteReply(2 if granted else 1, granted=granted)
    assert it.receive("mof", PreVote(2, last)) == [reply]
    assert isinstance(it.answers("mof", RequestVote(2, last))[0], VoteReply)
    assert (it.disk.promise.vote is not None) == granted


def test_a_quorum_in_which_one_has_lost_its_end_elects_who_has_not_and_goes_on() -> None:
    disks = {name: Disk(LOG, Promise(1, None, LOG[2].block)) for name in ("mof", "sbp")}
    disks["cdc"] = Disk(LOG[:1], Promise(1, None, LOG[2].block))
    network = Network(disks=disks)
    network.cut = {"bank-a", "bank-b"}
    network.elect("mof")
    assert {network[name].commit_height for name in ("mof", "sbp", "cdc")} == {4}


def test_a_signature_on_a_vote_verifies_with_the_voters_key() -> None:
    (reply,) = node().answers("mof", RequestVote(1, GENESIS))
    voter = AUTHORITIES.get("cdc")
    assert voter is not None
    assert isinstance(reply, VoteReply)
    assert reply.signature is not None
    assert verify(voter.key, Vote(CHAIN, 1, "mof", GENESIS).message(), reply.signature)
