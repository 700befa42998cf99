"""Replication: Raft §5.3 with signed acks, from the leader's and the follower's side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.consensus.interface import NotLeader, Promise, Propose
from amanat.consensus.leading import APPEND_BYTES_MAX
from amanat.consensus.log_entry import ENTRY_BYTES
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
)
from amanat.consensus.progress import IN_FLIGHT_MAX
from tests.consensus.network import follower, leading
from tests.consensus.signing import (
    CHAIN,
    CUSTODIAN,
    GENESIS,
    LEADER,
    LOG,
    ONE,
    SOVEREIGN,
    THREE,
    TWO,
    ack_of,
    append,
    blocks_of,
    commit_certificate,
    configuration,
    extended,
    leader_certificate,
    log_of,
    reply_of,
)

AUTHORITIES = configuration()


# --- the leader proposes ---


def test_only_the_leader_proposes() -> None:
    network = leading()
    last = network["cdc"].last
    proposal = Propose(last.height + 1, last.digest, bytes(32), b"")
    with pytest.raises(NotLeader, match="cdc does not lead term 1"):
        network["cdc"].step(proposal)
    assert network["cdc"].last == last


@pytest.mark.parametrize(("height", "parent"), [(1, None), (3, None), (2, GENESIS.digest)])
def test_the_leader_proposes_on_its_last_block_alone(height: int, parent: bytes | None) -> None:
    leader = leading()["mof"]
    parent = leader.last.digest if parent is None else parent
    with pytest.raises(NotLeader, match="does not follow"):
        leader.step(Propose(height, parent, bytes(32), b""))
    assert leader.last.height == 1


def test_a_terms_first_block_carries_the_leader_certificate_and_no_other_block_does() -> None:
    network = leading()
    network.propose("mof")
    network.settle()
    opening, second = network["cdc"].disk.log
    assert opening.leader_certificate == network["mof"].elected[0]
    assert second.leader_certificate is None
    network.elect("sbp")
    assert network["cdc"].disk.log[2].leader_certificate == network["sbp"].elected[0]


def test_a_proposal_leaves_at_once_but_the_leaders_own_ack_waits_for_its_disk() -> None:
    network = leading()
    block = network.propose("mof")
    leader = network["mof"]
    assert len(network.take(Append, sender="mof")) == 4
    leader.receive("cdc", reply_of("cdc", 1, block))
    leader.receive("bank-a", reply_of("bank-a", 1, block))
    assert leader.commit_height == 1
    leader.sync()
    assert leader.commit_height == 2
    assert leader.disk.promise.acked == block, "the leader's own ack is promised like any other"
    assert [ack.authority for ack in leader.finals[-1].acks] == ["bank-a", "cdc", "mof"]


def test_a_block_can_become_final_without_its_leaders_own_disk() -> None:
    network = leading()
    block = network.propose("mof")
    for name in ("bank-a", "cdc", "sbp"):
        network["mof"].receive(name, reply_of(name, 1, block))
    assert network["mof"].commit_height == 2
    assert [ack.authority for ack in network["mof"].finals[-1].acks] == ["bank-a", "cdc", "sbp"]


def test_custodians_alone_make_nothing_final_even_under_a_custodian_leader() -> None:
    network = leading("bank-a")
    network.cut = set(SOVEREIGN)
    block = network.propose("bank-a")
    network.settle()
    assert {network[name].last for name in CUSTODIAN} == {block}
    assert {network[name].commit_height for name in CUSTODIAN} == {1}
    network.cut = {"mof"}
    network.heartbeat("bank-a")
    network.heartbeat("bank-a")
    assert {network[name].commit_height for name in (*CUSTODIAN, "sbp")} == {2}


def test_finality_comes_with_a_certificate_that_anybody_can_check() -> None:
    network = leading()
    block = network.propose("mof")
    network.settle()
    for it in network.nodes.values():
        assert it.finals[-1].block == block
        assert it.finals[-1].is_valid(CHAIN, AUTHORITIES)


def test_a_certified_block_makes_all_before_it_final() -> None:
    network = leading()
    for payload in (b"two", b"three", b"four"):
        network.propose("mof", payload)
    network.take(Append)
    network.sync("mof")
    last = network["mof"].last
    for name in ("cdc", "sbp"):
        network["mof"].receive(name, reply_of(name, 1, last))
    assert [final.block.height for final in network["mof"].finals] == [1, 4]


# --- the follower takes entries (Raft Figure 2, AppendEntries) ---


def test_acks_leave_only_when_the_blocks_and_the_promise_are_on_disk() -> None:
    it = follower()
    assert it.receive("mof", append(LEADER, GENESIS, LOG[:2])) == []
    assert it.sync() == [reply_of("cdc", 1, ONE, TWO)]
    assert blocks_of(it.disk.log) == [ONE, TWO]
    assert it.disk.promise == Promise(1, None, TWO)


def test_a_follower_that_crashes_before_that_has_acked_nothing() -> None:
    it = follower()
    it.receive("mof", append(LEADER, GENESIS, LOG))
    it.start()
    assert (it.last, it.disk.promise.acked) == (GENESIS, GENESIS)


def test_a_late_shorter_message_does_not_shorten_the_log() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG))
    assert it.answers("mof", append(LEADER, GENESIS, LOG[:1])) == [reply_of("cdc", 1, ONE)]
    assert it.last == THREE
    assert it.disk.promise.acked == THREE
    assert it.application.blocks == [ONE, TWO, THREE]


def test_a_repeated_message_is_answered_alike_and_executed_once() -> None:
    it = follower()
    first = it.answers("mof", append(LEADER, GENESIS, LOG))
    assert it.answers("mof", append(LEADER, GENESIS, LOG)) == first
    assert it.unsynced == []
    assert it.application.blocks == [ONE, TWO, THREE]


def test_a_reply_covers_what_the_message_vouches_for_and_not_what_the_log_holds_beyond() -> None:
    # CCF found both halves of this in production: the rest may be another leader's.
    old = log_of([1, 1, 1, 1])
    it = follower(log=old)
    leader = leader_certificate("sbp", 2, old[1].block)
    assert it.answers("sbp", append(leader, old[0].block)) == [AppendReply(2, 1, ())]
    assert it.answers("sbp", append(leader, old[0].block, old[1:2])) == [AppendReply(2, 2, ())]
    assert it.last == old[3].block


def test_messages_that_overtake_each_other_still_give_the_whole_log() -> None:
    it = follower()
    late = append(LEADER, GENESIS, LOG[:1])
    assert it.answers("mof", append(LEADER, ONE, LOG[1:])) == [AppendRefused(1, 1, GENESIS)]
    it.answers("mof", late)
    assert it.answers("mof", append(LEADER, ONE, LOG[1:])) == [reply_of("cdc", 1, ONE, TWO, THREE)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12))
def test_whatever_order_and_number_messages_come_in_the_log_is_a_prefix_and_never_shrinks(
    ranges: list[tuple[int, int]],
) -> None:
    it, longest = follower(), 0
    places = [GENESIS, ONE, TWO, THREE]
    for first, length in ranges:
        it.answers("mof", append(LEADER, places[first], LOG[first : first + length]))
        assert it.disk.log == LOG[: it.last.height]
        assert it.last.height >= longest
        longest = it.last.height
        assert it.faults == []


def test_a_leader_of_a_past_term_is_told_the_present_one() -> None:
    it = follower(promise=Promise(4, None, GENESIS))
    assert it.answers("mof", append(LEADER, GENESIS, LOG)) == [AppendReply(4, 0, ())]
    assert (it.last, it.leader) == (GENESIS, None)


def test_an_ack_that_waits_for_the_disk_while_the_term_ends_is_never_given() -> None:
    it = follower()
    it.receive("mof", append(LEADER, GENESIS, LOG))
    later = leader_certificate("sbp", 2, GENESIS)
    it.receive("sbp", append(later, GENESIS))
    assert it.sync() == [AppendReply(2, 0, ())]


def test_blocks_of_earlier_terms_are_taken_but_not_acked() -> None:
    leader = leader_certificate("sbp", 2, THREE)
    it = follower()
    entries = [*LOG, *extended(THREE, leader, b"opening")]
    assert it.answers("sbp", append(leader, GENESIS, entries)) == [
        reply_of("cdc", 2, entries[3].block)
    ]


def test_blocks_that_the_leader_shows_to_be_final_need_no_ack() -> None:
    it = follower(promise=Promise(0, None, GENESIS))
    (reply,) = it.answers("mof", append(LEADER, GENESIS, LOG, commit_certificate(TWO)))
    assert reply == AppendReply(1, 3, (ack_of("cdc", THREE),))
    assert it.commit_height == 2


def test_a_follower_that_catches_up_does_not_sign_what_is_known_to_be_final() -> None:
    it = follower()
    behind = append(LEADER, GENESIS, LOG[:2], commit_certificate(THREE))
    assert it.answers("mof", behind) == [AppendReply(1, 2, ())]
    assert (it.commit_height, it.disk.promise.acked) == (0, GENESIS)


def test_an_ack_that_was_lost_is_given_again_on_the_next_heartbeat() -> None:
    network = leading()
    block = network.propose("mof")
    network.settle(lambda letter: not isinstance(letter.message, AppendReply))
    assert network["mof"].commit_height == 1
    network.heartbeat("mof")
    assert network["mof"].finals[-1].block == block


# --- late and lost answers ---


def test_a_reply_from_a_past_term_is_not_counted() -> None:
    network = leading("mof")
    block = network.propose("mof")
    network.take(Append)
    network.elect("sbp", None)
    network.elect("mof", None)
    leader = network["mof"]
    height = leader.commit_height
    leader.receive("cdc", reply_of("cdc", 1, block))
    leader.receive("bank-a", reply_of("bank-a", 1, block))
    assert (leader.commit_height, leader.faults) == (height, [])


def test_a_late_refusal_does_not_throw_a_follower_back() -> None:
    network = leading("mof")
    for payload in (b"two", b"three"):
        network.propose("mof", payload)
    network.settle()
    network["mof"].receive("cdc", AppendRefused(1, 1, GENESIS))
    assert network["mof"].sent() == []
    block = network.propose("mof", b"four")
    (sent,) = network.take(Append, to="cdc")
    assert blocks_of(list(sent[1].entries)) == [block]


@pytest.mark.parametrize("knows_what_is_final", [False, True])
def test_a_follower_that_lost_the_end_of_its_log_is_sent_it_again_by_the_same_leader(
    knows_what_is_final: bool,
) -> None:
    network = leading("mof")
    for payload in (b"two", b"three"):
        network.propose("mof", payload)
    network.settle()
    del network["cdc"].disk.log[1:]
    if not knows_what_is_final:
        network["cdc"].disk.commit = None
    network.crash("cdc")
    network.heartbeat("mof")
    network.heartbeat("mof")
    assert network["cdc"].disk.log == network["mof"].disk.log
    assert network["cdc"].commit_height == 3


def test_lost_messages_are_sent_again_after_the_next_heartbeat() -> None:
    network = leading("mof")
    for payload in (b"two", b"three", b"four"):
        network.propose("mof", payload)
    network.under_way.clear()
    network.settle()
    assert network["cdc"].last.height == 1
    network.heartbeat("mof")
    assert {it.last.height for it in network.nodes.values()} == {4}
    assert network["mof"].commit_height == 4


def test_a_probe_that_is_not_answered_is_not_repeated_whole_with_every_heartbeat() -> None:
    network = leading("mof")
    network.cut = {"cdc"}
    network.elect("sbp")
    for _ in range(5):
        network.heartbeat("sbp")
    carried = [
        len(letter.message.entries)
        for letter in network.lost
        if isinstance(letter.message, Append) and (letter.sender, letter.to) == ("sbp", "cdc")
    ]
    assert sum(carried) == 1
    network.cut = set()
    network.heartbeat("sbp")
    assert network["cdc"].commit_height == 2


def test_a_follower_far_behind_catches_up_message_after_message_without_waiting() -> None:
    network = leading("mof")
    network.cut = {"cdc"}
    for number in range(6):
        network.propose("mof", b"%d" % number + bytes(APPEND_BYTES_MAX // 2 - ENTRY_BYTES - 1))
        network.settle()
    network.cut, before = set(), len(network.delivered)
    network.heartbeat("mof")
    assert network["cdc"].commit_height == 7
    sizes = [
        len(letter.message.entries)
        for letter in network.delivered[before:]
        if isinstance(letter.message, Append) and letter.message.entries
    ]
    assert sizes == [2, 2, 2]


def test_the_stream_to_a_follower_that_does_not_answer_is_bounded_and_resumes() -> None:
    network = leading("mof")
    network.cut = {"cdc"}
    for number in range(3 * IN_FLIGHT_MAX):
        network.propose("mof", b"block %d" % number)
        network.settle()
    with_entries = sum(
        isinstance(letter.message, Append) and len(letter.message.entries) > 0
        for letter in network.lost
    )
    assert with_entries == IN_FLIGHT_MAX
    network.cut = set()
    network.heartbeat("mof")
    network.heartbeat("mof")
    assert network["cdc"].last == network["mof"].last
    assert network["cdc"].commit_height == network["mof"].commit_height


def test_a_follower_that_missed_the_notice_of_finality_learns_it_without_a_new_block() -> None:
    network = leading("mof")
    network.propose("mof")
    network.settle(
        lambda letter: (
            letter.to != "cdc"
            or not isinstance(letter.message, Append)
            or len(letter.message.entries) > 0
        )
    )
    assert network["cdc"].commit_height == 1
    network.heartbeat("mof")
    assert network["cdc"].commit_height == 2


# --- an ack is promised on disk before it is signed ---


def test_a_block_whose_promise_a_crash_lost_is_promised_before_it_is_acked() -> None:
    it = follower(log=LOG[:2], promise=Promise(1, None, ONE))
    assert it.receive("mof", append(LEADER, TWO)) == []
    assert it.sync() == [reply_of("cdc", 1, TWO)]
    assert it.disk.promise.acked == TWO
