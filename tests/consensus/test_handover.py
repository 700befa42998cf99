"""Leadership transfer: a leader that must go is followed at once, by whom it names."""

import pytest

from amanat.consensus.interface import NotLeader, Receive, TransferLeadership
from amanat.consensus.messages import Append, PreVote, RequestVote, TimeoutNow, VoteReply
from amanat.consensus.raft import Role
from amanat.consensus.statements import Handover
from tests.consensus.network import TIMING, Network, leading
from tests.consensus.signing import CHAIN, signer


def transfer(network: Network, to: str | None = None) -> None:
    network.step("mof", TransferLeadership(to))


def test_the_named_successor_leads_without_any_silence() -> None:
    network = leading("mof")
    transfer(network, "cdc")
    network.settle()
    assert (network["cdc"].role, network["cdc"].term) == (Role.LEADER, 2)
    assert network["mof"].role is Role.FOLLOWER
    network.propose("cdc")
    network.settle()
    assert {node.leader for node in network.nodes.values()} == {"cdc"}


def test_unless_it_is_told_whom_a_leader_names_one_that_holds_most_of_its_log() -> None:
    network = leading("mof")
    for name in ("cdc", "custodian-a", "custodian-b"):
        network.cut.add(name)
    network.propose("mof")
    network.settle()
    network.cut.clear()
    network.step("mof", TransferLeadership())
    ((letter, _),) = network.take(TimeoutNow)
    assert letter.to == "sbp"


def test_the_successor_first_gets_what_it_lacks() -> None:
    network = leading("mof")
    network.propose("mof")
    transfer(network, "cdc")
    assert network.take(TimeoutNow) == []
    network.settle()
    assert network["cdc"].role is Role.LEADER
    assert network["cdc"].last.height == 2


def test_a_leader_that_hands_over_proposes_nothing() -> None:
    network = leading("mof")
    transfer(network, "cdc")
    with pytest.raises(NotLeader, match="hands term 1 over to cdc"):
        network.propose("mof")


def test_if_the_successor_does_not_come_the_leader_leads_on() -> None:
    network = leading("mof")
    network.cut = {"cdc"}
    transfer(network, "cdc")
    for _ in range(TIMING.election // TIMING.heartbeat):
        network.heartbeat("mof")
    network.propose("mof")
    network.settle()
    assert network["mof"].role is Role.LEADER
    assert network["mof"].commit_height == 2


@pytest.mark.parametrize("to", ["mof", "nobody"])
def test_nobody_hands_over_to_itself_or_to_a_stranger(to: str) -> None:
    network = leading("mof")
    transfer(network, to)
    network.settle()
    assert network["mof"].role is Role.LEADER
    network.propose("mof")


def test_a_follower_has_nothing_to_hand_over() -> None:
    network = leading("mof")
    network.step("cdc", TransferLeadership("sbp"))
    assert network.under_way == []


def test_only_the_leader_can_ask_for_an_election_and_only_in_its_term() -> None:
    network = leading("mof")
    signature = signer("sbp")(Handover(CHAIN, 1, "cdc").message())
    network.step("cdc", Receive("sbp", TimeoutNow(1, signature)))
    network.step("cdc", Receive("mof", TimeoutNow(2, signature)))
    network.step("cdc", Receive("mof", TimeoutNow(0, signature)))
    assert network["cdc"].role is Role.FOLLOWER


def test_voters_that_hear_the_leader_elect_nobody_whom_it_did_not_name() -> None:
    network = leading("mof")
    last = network["cdc"].last
    statement = Handover(CHAIN, 1, "cdc").message()
    for signature in (None, signer("cdc")(statement), signer("mof")(statement)[::-1]):
        network.step("sbp", Receive("cdc", RequestVote(2, last, handover=signature)))
    genuine = signer("mof")(statement)
    network.step("sbp", Receive("custodian-a", RequestVote(2, last, handover=genuine)))
    network.step("sbp", Receive("cdc", RequestVote(3, last, handover=genuine)))
    network.sync("sbp")
    assert network.take(VoteReply) == []
    assert network["sbp"].term == 1
    network.step("sbp", Receive("cdc", RequestVote(2, last, handover=genuine)))
    network.sync("sbp")
    ((_, reply),) = network.take(VoteReply)
    assert reply.signature is not None


def test_a_successor_asks_for_no_pre_votes() -> None:
    network = leading("mof")
    transfer(network, "cdc")
    network.settle()
    assert not any(isinstance(letter.message, PreVote) for letter in network.delivered[-20:])


def test_what_the_leader_had_proposed_survives_the_handover() -> None:
    network = leading("mof")
    blocks = [network.propose("mof", bytes([number])) for number in range(3)]
    transfer(network)
    network.settle()
    successor = next(node for node in network.nodes.values() if node.role is Role.LEADER)
    network.propose(successor.name)
    network.settle()
    assert [entry.block for entry in successor.disk.log[1:4]] == blocks
    assert not any(isinstance(letter.message, Append) for letter in network.under_way)


# --- for good ---


def test_who_is_about_to_be_stopped_hands_over_and_stands_no_more() -> None:
    network = leading("mof")
    network.step("mof", TransferLeadership(for_good=True))
    network.settle()
    assert network["mof"].role is Role.FOLLOWER
    network["mof"].sent()
    assert network["mof"].tick(10 * TIMING.election) == []
    statement = Handover(CHAIN, network["mof"].term, "mof").message()
    leader = str(network["mof"].leader or "sbp")
    asked = TimeoutNow(network["mof"].term, signer(leader)(statement))
    assert network["mof"].answers(leader, asked) == []


def test_nobody_hands_over_to_who_is_down() -> None:
    network = leading("mof")
    network.cut = {"sbp"}
    for _ in range(TIMING.election):
        network.heartbeat("mof")
    network.step("mof", TransferLeadership(for_good=True))
    network.settle()
    assert network["mof"].role is Role.FOLLOWER
    assert network["cdc"].role is Role.LEADER


def test_who_does_not_stand_any_more_is_passed_over_in_the_end() -> None:
    network = leading("mof")
    network.step("sbp", TransferLeadership(for_good=True))
    network.step("mof", TransferLeadership(for_good=True))
    for _ in range(TIMING.election):
        network.heartbeat("mof")
    assert network["mof"].role is Role.FOLLOWER
    assert network["cdc"].role is Role.LEADER


def test_where_nobody_can_take_over_the_leader_takes_proposals_in_between() -> None:
    network = leading("mof")
    for name in sorted({*network.nodes} - {"mof"}):
        network.step(name, TransferLeadership(for_good=True))
    network.step("mof", TransferLeadership(for_good=True))
    taken = 0
    for _ in range(20 * TIMING.election // TIMING.heartbeat):
        network.heartbeat("mof")
        try:
            network.propose("mof")
        except NotLeader:
            network["mof"].application.truncate(network["mof"].last.height)
        else:
            taken += 1
    network.settle()
    assert taken > 0
    assert network["mof"].commit_height == 1 + taken


def test_who_is_about_to_be_stopped_goes_on_trying_until_somebody_else_leads() -> None:
    network = leading("mof")
    network.step("mof", TransferLeadership(for_good=True))
    network.take(TimeoutNow)  # lost
    for _ in range(TIMING.election):
        network.tick("mof")
    ((letter, _), *_) = network.take(TimeoutNow)
    network.deliver(letter)
    network.settle()
    assert network["mof"].role is Role.FOLLOWER
    assert network[letter.to].role is Role.LEADER
