"""Terms, the leader's check of its quorum, and authorities that lost what they promised."""

import pytest
from msgspec.structs import replace

from amanat.consensus.core import TERM_LEAP_MAX
from amanat.consensus.interface import Promise, Receive
from amanat.consensus.later_terms import REST_TIMEOUTS
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    AskFinal,
    Confirmed,
    Message,
    PreVote,
    PreVoteReply,
    RequestVote,
    VoteReply,
)
from amanat.consensus.raft import Role
from amanat.consensus.statements import Vote
from amanat.ledger.authorities import AuthorityClass
from amanat.ledger.crypto import verify
from tests.consensus.deciding import change_to
from tests.consensus.network import TIMING, Network, follower, leading
from tests.consensus.register import Disk
from tests.consensus.signing import (
    CHAIN,
    CUSTODIAN,
    GENESIS,
    LOG,
    SOVEREIGN,
    authority,
    authority_set,
    leader_certificate,
    log_of,
)

AUTHORITIES = authority_set()
EVERYBODY = {*SOVEREIGN, *CUSTODIAN}


# --- terms ---


LATER: list[Message] = [AppendReply(2, 0, ()), AppendRefused(2, 1, GENESIS), Confirmed(2, 0)]


@pytest.mark.parametrize("message", LATER, ids=lambda message: type(message).__name__)
def test_a_leader_gives_way_when_it_hears_of_a_later_term(message: Message) -> None:
    network = leading("mof")
    network["mof"].step(Receive("cdc", message))
    assert (network["mof"].role, network["mof"].term) == (Role.FOLLOWER, 2)


@pytest.mark.parametrize("message", LATER, ids=lambda message: type(message).__name__)
def test_it_does_so_once_in_a_while_alone(message: Message) -> None:
    network = leading("mof")
    network["mof"].step(Receive("cdc", message))
    network.elect("mof")
    term = network["mof"].term
    for _ in range(REST_TIMEOUTS):
        network["mof"].step(Receive("cdc", replace(message, term=term + 1)))
        for _ in range(TIMING.election // TIMING.heartbeat - 1):
            network.heartbeat("mof")
    assert (network["mof"].role, network["mof"].term) == (Role.LEADER, term)
    for _ in range(REST_TIMEOUTS):
        network.heartbeat("mof")
    network["mof"].step(Receive("cdc", replace(message, term=term + 1)))
    assert (network["mof"].role, network["mof"].term) == (Role.FOLLOWER, term + 1)


@pytest.mark.parametrize("message", [*LATER, VoteReply(2, None), PreVoteReply(2, granted=False)])
def test_a_follower_goes_by_no_answer_that_it_has_not_asked_for(message: Message) -> None:
    network = leading("mof")
    network["sbp"].step(Receive("cdc", message))
    assert (network["sbp"].term, network["sbp"].leader) == (1, "mof")


def test_a_learner_unseats_nobody() -> None:
    network = Network(newcomers=["new"])
    network.elect("mof")
    network.propose(
        "mof", change_to(network.authorities, [authority("new", AuthorityClass.CUSTODIAN)])
    )
    network.settle()
    network["mof"].step(Receive("new", AppendReply(2, 0, ())))
    assert (network["mof"].role, network["mof"].term, network["mof"].faults) == (Role.LEADER, 1, [])


def test_a_term_never_goes_back() -> None:
    it = follower(promise=Promise(5, None, None))
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
    it = follower()
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
    it = follower(log, Promise(1, None, log[0].block))
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


FORGETFUL = Promise(1, None, acked=LOG[1].block)


def test_who_lost_what_it_acked_does_not_stand_for_election() -> None:
    it = follower(LOG[:1], FORGETFUL)
    asked = it.tick(10 * TIMING.election)
    assert {type(message) for message in asked} == {AskFinal}, "it asks for what it lost"
    whole = follower(LOG[:2], FORGETFUL)
    assert whole.tick(2 * TIMING.election) == [PreVote(2, LOG[1].block)] * 4


@pytest.mark.parametrize(("length", "granted"), [(1, False), (2, True), (3, True)])
def test_who_lost_what_it_acked_elects_only_a_candidate_that_has_it(
    length: int, granted: bool
) -> None:
    last = LOG[length - 1].block
    it = follower(LOG[:1], FORGETFUL)
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
    (reply,) = follower().answers("mof", RequestVote(1, GENESIS))
    voter = AUTHORITIES.get("cdc")
    assert voter is not None
    assert isinstance(reply, VoteReply)
    assert reply.signature is not None
    assert verify(voter.key, Vote(CHAIN, 1, "mof", GENESIS).message(), reply.signature)
