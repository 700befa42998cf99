"""Linearizable reads by read index: what was final when a read began is seen, at any node."""

import pytest

from amanat.consensus.interface import Read, ReadIndex, Receive
from amanat.consensus.messages import AskIndex, Confirm, Confirmed, Index
from amanat.consensus.raft import Role
from amanat.consensus.reads import PENDING_MAX
from tests.consensus.network import Network, leading


def read(network: Network, name: str, number: int = 1) -> None:
    network.step(name, Read(number))


def test_a_leader_answers_once_a_quorum_has_confirmed_that_it_leads() -> None:
    network = leading()
    read(network, "mof")
    assert network["mof"].reads == []
    network.settle()
    assert network["mof"].reads == [ReadIndex(1, 1)]


def test_a_read_sees_what_was_final_when_it_began() -> None:
    network = leading()
    network.propose("mof")
    network.settle()
    read(network, "mof")
    network.propose("mof")
    network.settle()
    assert network["mof"].reads == [ReadIndex(1, 2)]
    assert network["mof"].commit_height == 3


def test_a_follower_asks_the_leader() -> None:
    network = leading()
    read(network, "cdc", 7)
    network.settle()
    assert network["cdc"].reads == [ReadIndex(7, 1)]
    assert network["mof"].reads == []


def test_a_node_without_a_leader_says_that_nobody_can_tell() -> None:
    network = Network()
    read(network, "cdc")
    assert network["cdc"].reads == [ReadIndex(1, None)]


def test_a_new_leader_answers_none_before_its_opening_block_is_final() -> None:
    network = leading("mof")
    network.elect("sbp", opening=None)
    read(network, "sbp", 1)
    network.propose("sbp")
    read(network, "sbp", 2)
    assert network["sbp"].reads == [ReadIndex(1, None), ReadIndex(2, None)]
    network.settle()
    read(network, "sbp", 3)
    network.settle()
    assert network["sbp"].reads[2:] == [ReadIndex(3, 2)]


def test_a_deposed_leader_that_does_not_know_it_answers_nothing() -> None:
    network = leading("mof")
    network.cut = {"mof"}
    network.elect("sbp")
    network.propose("sbp")
    network.settle()
    assert network["mof"].role is Role.LEADER
    read(network, "mof")
    network.settle()
    assert network["mof"].reads == []
    network.cut = set()
    network.heartbeat("sbp")
    assert network["mof"].reads == [ReadIndex(1, None)]


def test_custodians_by_themselves_confirm_nothing() -> None:
    network = leading("mof")
    network.step("mof", Read(1))
    for letter, message in network.take(Confirm):
        if letter.to != "sbp":
            network.step(letter.to, Receive("mof", message))
    for letter, answer in network.take(Confirmed):
        network.step("mof", Receive(letter.sender, answer))
    # mof itself is sovereign: with three custodians it is a quorum.
    assert network["mof"].reads == [ReadIndex(1, 1)]

    network = leading("cdc")
    network.step("cdc", Read(1))
    for letter, message in network.take(Confirm):
        if letter.to not in ("mof", "sbp"):
            network.step(letter.to, Receive("cdc", message))
    for letter, answer in network.take(Confirmed):
        network.step("cdc", Receive(letter.sender, answer))
    assert network["cdc"].reads == []


def test_an_answer_to_an_earlier_round_confirms_nothing_later() -> None:
    network = leading()
    read(network, "mof", 1)
    first = network.take(Confirm)
    read(network, "mof", 2)
    network.take(Confirm)
    for letter, message in first:
        network.step(letter.to, Receive("mof", message))
    for letter, answer in network.take(Confirmed):
        network.step("mof", Receive(letter.sender, answer))
    assert network["mof"].reads == [ReadIndex(1, 1)]


def test_a_round_that_was_lost_is_followed_by_one_that_confirms_all_that_wait() -> None:
    network = leading()
    read(network, "mof", 1)
    network.take(Confirm)
    read(network, "mof", 2)
    assert network.take(Confirm) == []
    network.heartbeat("mof")
    assert network["mof"].reads == [ReadIndex(1, 1), ReadIndex(2, 1)]


def test_reads_that_come_while_a_round_is_under_way_share_the_next() -> None:
    network = leading()
    for number in range(10):
        read(network, "mof", number)
    network.settle()
    assert network["mof"].reads == [ReadIndex(number, 1) for number in range(10)]
    rounds = [each.message.round for each in network.delivered if isinstance(each.message, Confirm)]
    assert set(rounds) == {1, 2}


def test_an_answer_to_a_round_that_was_never_asked_counts_for_nothing() -> None:
    network = leading()
    for peer in ("sbp", "cdc", "custodian-a"):
        network.step("mof", Receive(peer, Confirmed(1, 1_000)))
    read(network, "mof")
    assert network["mof"].reads == []


def test_who_follows_another_leader_does_not_confirm() -> None:
    network = leading()
    network.step("cdc", Receive("sbp", Confirm(1, 1)))
    assert network.take(Confirmed) == []


def test_who_is_in_a_later_term_says_so_and_the_leader_steps_down() -> None:
    network = leading("mof")
    network.cut = {"mof"}
    network.elect("sbp")
    network.cut = set()
    read(network, "mof")
    network.settle()
    assert network["mof"].role is Role.FOLLOWER
    assert network["mof"].reads == [ReadIndex(1, None)]


@pytest.mark.parametrize("sender", ["sbp", "custodian-a"])
def test_an_index_counts_from_the_leader_alone(sender: str) -> None:
    network = leading("mof")
    network.step("cdc", Receive(sender, Index(1, 1, 99)))
    network.step("cdc", Receive("mof", Index(9, 1, 99)))
    assert network["cdc"].reads == []


def test_a_flood_of_questions_is_bounded_and_does_not_hold_up_the_leader() -> None:
    network = leading()
    for number in range(PENDING_MAX + 10):
        network.step("mof", Receive("cdc", AskIndex(1, number)))
    assert {message.round for _, message in network.take(Confirm)} == {1}
    read(network, "mof")
    network.under_way.clear()
    network.heartbeat("mof")
    assert network["mof"].role is Role.LEADER
