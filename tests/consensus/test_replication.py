"""Replication and finality: Raft §5.3 and §5.4 with signed acks and commit certificates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from amanat.consensus.interface import NotLeader, Promise, Propose, Receive
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append, AppendRefused, AppendReply
from amanat.consensus.progress import IN_FLIGHT_MAX
from amanat.consensus.raft import Role
from amanat.consensus.statements import Ack, BlockId, CommitCertificate, LeaderCertificate
from amanat.ledger.identifiers import Signature
from tests.consensus.network import TIMING, Disk, Letter, Network, Node
from tests.consensus.signing import (
    CHAIN,
    CUSTODIAN,
    GENESIS,
    SOVEREIGN,
    authority_set,
    block_after,
    commit_certificate,
    entry_after,
    leader_certificate,
    log_of,
    signer,
)

AUTHORITIES = authority_set()


def node(name: str = "cdc", log: list[Entry] | None = None, promise: Promise | None = None) -> Node:
    return Node(name, AUTHORITIES, Disk(log or [], promise))


def ack_of(name: str, block: BlockId) -> tuple[BlockId, Signature]:
    return block, signer(name)(Ack(CHAIN, block).message())


def reply_of(name: str, term: int, *blocks: BlockId) -> AppendReply:
    return AppendReply(term, blocks[-1].height, tuple(ack_of(name, block) for block in blocks))


def append(
    leader: LeaderCertificate,
    previous: BlockId,
    entries: list[Entry] | None = None,
    commit: CommitCertificate | None = None,
) -> Append:
    return Append(leader.term, leader, previous, tuple(entries or ()), commit)


def extended(previous: BlockId, leader: LeaderCertificate, *payloads: bytes) -> list[Entry]:
    """What `leader` appends after `previous`."""
    entries: list[Entry] = []
    for payload in payloads:
        entries.append(entry_after(previous, leader, payload))
        previous = entries[-1].block
    return entries


def leading(name: str = "mof") -> Network:
    """A network led by `name`, whose opening block is final everywhere."""
    network = Network()
    network.elect(name)
    assert {it.commit_height for it in network.nodes.values()} == {1}
    return network


def blocks_of(entries: list[Entry]) -> list[BlockId]:
    return [entry.block for entry in entries]


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

LEADER = leader_certificate("mof", 1, GENESIS)
LOG = extended(GENESIS, LEADER, b"opening", b"two", b"three")
ONE, TWO, THREE = blocks_of(LOG)


def test_acks_leave_only_when_the_blocks_and_the_promise_are_on_disk() -> None:
    it = node()
    assert it.receive("mof", append(LEADER, GENESIS, LOG[:2])) == []
    assert it.sync() == [reply_of("cdc", 1, ONE, TWO)]
    assert blocks_of(it.disk.log) == [ONE, TWO]
    assert it.disk.promise == Promise(1, None, TWO)


def test_a_follower_that_crashes_before_that_has_acked_nothing() -> None:
    it = node()
    it.receive("mof", append(LEADER, GENESIS, LOG))
    it.start()
    assert (it.last, it.disk.promise.acked) == (GENESIS, None)


def test_a_late_shorter_message_does_not_shorten_the_log() -> None:
    it = node()
    it.answers("mof", append(LEADER, GENESIS, LOG))
    assert it.answers("mof", append(LEADER, GENESIS, LOG[:1])) == [reply_of("cdc", 1, ONE)]
    assert it.last == THREE
    assert it.application.blocks == [ONE, TWO, THREE]


def test_a_repeated_message_is_answered_alike_and_executed_once() -> None:
    it = node()
    first = it.answers("mof", append(LEADER, GENESIS, LOG))
    assert it.answers("mof", append(LEADER, GENESIS, LOG)) == first
    assert it.unsynced == []
    assert it.application.blocks == [ONE, TWO, THREE]


def test_a_reply_covers_what_the_message_vouches_for_and_not_what_the_log_holds_beyond() -> None:
    # CCF found both halves of this in production: the rest may be another leader's.
    old = log_of([1, 1, 1, 1])
    it = node(log=old)
    leader = leader_certificate("sbp", 2, old[1].block)
    assert it.answers("sbp", append(leader, old[0].block)) == [AppendReply(2, 1, ())]
    assert it.answers("sbp", append(leader, old[0].block, old[1:2])) == [AppendReply(2, 2, ())]
    assert it.last == old[3].block


def test_messages_that_overtake_each_other_still_give_the_whole_log() -> None:
    it = node()
    late = append(LEADER, GENESIS, LOG[:1])
    assert it.answers("mof", append(LEADER, ONE, LOG[1:])) == [AppendRefused(1, 1, GENESIS)]
    it.answers("mof", late)
    assert it.answers("mof", append(LEADER, ONE, LOG[1:])) == [reply_of("cdc", 1, ONE, TWO, THREE)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12))
def test_whatever_order_and_number_messages_come_in_the_log_is_a_prefix_and_never_shrinks(
    ranges: list[tuple[int, int]],
) -> None:
    it, longest = node(), 0
    places = [GENESIS, ONE, TWO, THREE]
    for first, length in ranges:
        it.answers("mof", append(LEADER, places[first], LOG[first : first + length]))
        assert it.disk.log == LOG[: it.last.height]
        assert it.last.height >= longest
        longest = it.last.height
        assert it.faults == []


def test_a_leader_of_a_past_term_is_told_the_present_one() -> None:
    it = node(promise=Promise(4, None, None))
    assert it.answers("mof", append(LEADER, GENESIS, LOG)) == [AppendReply(4, 0, ())]
    assert (it.last, it.leader) == (GENESIS, None)


def test_an_ack_that_waits_for_the_disk_while_the_term_ends_is_never_given() -> None:
    it = node()
    it.receive("mof", append(LEADER, GENESIS, LOG))
    later = leader_certificate("sbp", 2, GENESIS)
    it.receive("sbp", append(later, GENESIS))
    assert it.sync() == [AppendReply(2, 0, ())]


def test_blocks_of_earlier_terms_are_taken_but_not_acked() -> None:
    leader = leader_certificate("sbp", 2, THREE)
    it = node()
    entries = [*LOG, *extended(THREE, leader, b"opening")]
    assert it.answers("sbp", append(leader, GENESIS, entries)) == [
        reply_of("cdc", 2, entries[3].block)
    ]


def test_blocks_that_the_leader_shows_to_be_final_need_no_ack() -> None:
    it = node()
    (reply,) = it.answers("mof", append(LEADER, GENESIS, LOG, commit_certificate(TWO)))
    assert reply == AppendReply(1, 3, (ack_of("cdc", THREE),))
    assert it.commit_height == 2


def test_an_ack_that_was_lost_is_given_again_on_the_next_heartbeat() -> None:
    network = leading()
    block = network.propose("mof")
    network.settle(lambda letter: not isinstance(letter.message, AppendReply))
    assert network["mof"].commit_height == 1
    network.heartbeat("mof")
    assert network["mof"].finals[-1].block == block


# --- whom a follower follows (invariants 1 and 7) ---


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        (leader_certificate("sbp", 1, GENESIS), "not for this leader and term"),
        (leader_certificate("mof", 2, GENESIS), "not for this leader and term"),
        (leader_certificate("mof", 1, GENESIS, ("mof", "sbp")), "not a sovereign quorum"),
        (leader_certificate("mof", 1, GENESIS, CUSTODIAN), "not a sovereign quorum"),
        (replace(LEADER, last=THREE), "not a sovereign quorum"),
    ],
)
def test_nobody_follows_a_leader_that_no_sovereign_quorum_elected(
    certificate: LeaderCertificate, reason: str
) -> None:
    it = node()
    assert it.answers("mof", Append(1, certificate, GENESIS, tuple(LOG), None)) == []
    assert [(peer, reason in text) for peer, text in it.faults] == [("mof", True)]
    assert (it.term, it.leader, it.last) == (0, None, GENESIS)


def test_nobody_can_send_in_the_leaders_name_with_the_leaders_certificate() -> None:
    it = node()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    assert it.answers("sbp", append(LEADER, ONE, LOG[1:])) == []
    assert it.faults == [("sbp", "it sends as if it were the leader")]
    assert it.last == ONE


@pytest.mark.parametrize(
    ("candidate", "last"), [("sbp", GENESIS), ("mof", BlockId(0, 1, bytes(32)))]
)
def test_a_second_election_of_one_term_is_a_fault(candidate: str, last: BlockId) -> None:
    it = node()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    second = leader_certificate(candidate, 1, last)
    assert it.answers(candidate, append(second, ONE)) == []
    assert it.faults == [(candidate, "a second election of term 1")]
    assert it.leader == "mof"


def test_a_certificate_with_other_voters_for_the_same_election_is_no_fault() -> None:
    it = node()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    same = leader_certificate("mof", 1, GENESIS, ("bank-a", "bank-b", "mof"))
    assert it.answers("mof", append(same, ONE)) == [reply_of("cdc", 1, ONE)]
    assert it.faults == []


def test_a_message_without_a_valid_certificate_does_not_keep_followers_waiting() -> None:
    it = node()
    it.tick(2 * TIMING.election - 1)
    it.answers("mof", append(leader_certificate("mof", 1, GENESIS, CUSTODIAN), GENESIS))
    assert len(it.tick()) == 4, "it stands for election all the same"


# --- lies in entries ---


def bad_entries() -> dict[str, tuple[Entry, str]]:
    """Entries that may not follow ONE and TWO, in term 2 of sbp, and the fault that each is."""
    leader = leader_certificate("sbp", 2, TWO)
    good = entry_after(TWO, leader, b"opening")
    other = leader_certificate("cdc", 2, TWO)
    few = leader_certificate("sbp", 2, TWO, CUSTODIAN)
    return {
        "a gap": (replace(good, block=replace(good.block, height=4)), "does not follow"),
        "another parent": (replace(good, parent=ONE.digest), "does not follow"),
        "a fallen term": (replace(good, block=replace(good.block, term=0)), "out of order"),
        "a future term": (entry_after(TWO, replace(leader, term=3)), "out of order"),
        "no certificate": (replace(good, leader_certificate=None), "without a leader certificate"),
        "another leader": (replace(good, leader_certificate=other), "for another election"),
        "another election": (
            replace(good, leader_certificate=leader_certificate("sbp", 2, ONE)),
            "for another election",
        ),
        "too few voters": (replace(good, leader_certificate=few), "not a sovereign quorum"),
        "a needless certificate": (
            replace(entry_after(TWO, LEADER), leader_certificate=LEADER),
            "only a term's first block",
        ),
        "another proposer in an old term": (
            entry_after(TWO, replace(LEADER, candidate="bank-a")),
            "bank-a does not lead term 1",
        ),
        "another signature": (entry_after(TWO, leader, signed_by="cdc"), "not signed by"),
        "no signature": (replace(good, signature=bytes(64)), "not signed by"),
        "another payload": (replace(good, payload=b"else"), "the payload is not the block's"),
        "another state": (entry_after(TWO, leader, b"invalid"), "executes to another state"),
    }


@pytest.mark.parametrize("lie", bad_entries())
def test_an_entry_that_is_not_as_it_must_be_is_a_fault_and_is_neither_held_nor_acked(
    lie: str,
) -> None:
    entry, reason = bad_entries()[lie]
    it = node(log=LOG[:2])
    leader = leader_certificate("sbp", 2, TWO)
    assert it.answers("sbp", append(leader, TWO, [entry])) == []
    assert [(peer, reason in text) for peer, text in it.faults] == [("sbp", True)]
    assert (it.last, blocks_of(it.disk.log), it.application.blocks) == (TWO, [ONE, TWO], [ONE, TWO])
    assert it.disk.promise.acked is None
    good = entry_after(TWO, leader, b"opening")
    assert it.answers("sbp", append(leader, TWO, [good])) == [reply_of("cdc", 2, good.block)]


def test_the_entries_before_a_bad_one_are_kept_and_acked_when_they_are_asked_for() -> None:
    it = node()
    bad = entry_after(TWO, LEADER, b"invalid")
    assert it.answers("mof", append(LEADER, GENESIS, [*LOG[:2], bad])) == []
    assert it.last == TWO
    assert it.answers("mof", append(LEADER, TWO)) == [reply_of("cdc", 1, TWO)]
    assert it.disk.promise.acked == TWO


def test_a_held_entry_told_with_another_proposer_does_not_let_that_proposer_go_on() -> None:
    it = node(log=LOG[:2])
    leader = leader_certificate("sbp", 2, TWO)
    retold = replace(LOG[1], proposer="bank-a")
    foreign = entry_after(TWO, replace(LEADER, candidate="bank-a"))
    it.answers("sbp", append(leader, ONE, [retold, foreign]))
    assert it.faults == [("sbp", "block 3: bank-a does not lead term 1")]
    assert it.last == TWO


def test_entries_repeated_within_a_message_do_not_stretch_the_reply() -> None:
    it = node(log=LOG)
    assert it.answers("mof", append(LEADER, ONE, [LOG[1], LOG[1], LOG[1]])) == [
        reply_of("cdc", 1, ONE, TWO)
    ]


# --- a second block at one term and height (invariant 6) ---


def test_a_second_block_of_the_leader_at_one_height_is_a_fault_and_the_first_one_stays() -> None:
    it = node()
    it.answers("mof", append(LEADER, GENESIS, LOG[:2]))
    second = entry_after(ONE, LEADER, b"another two")
    assert it.answers("mof", append(LEADER, ONE, [second])) == []
    assert [peer for peer, reason in it.faults if "a second block" in reason] == ["mof"]
    assert (it.last, it.disk.promise.acked) == (TWO, TWO)


def test_an_authority_that_lost_the_first_block_with_its_disk_does_not_ack_a_second() -> None:
    it = node()
    it.answers("mof", append(LEADER, GENESIS, LOG[:2]))
    del it.disk.log[1:]
    it.start()
    second, third = extended(ONE, LEADER, b"another two", b"another three")
    for message in (append(LEADER, ONE, [second]), append(LEADER, second.block, [third])):
        (reply,) = it.answers("mof", message)
        assert isinstance(reply, AppendReply)
        assert reply.acks == ()
    assert it.disk.promise.acked == TWO


def test_a_leader_cannot_unwind_its_own_block_by_way_of_an_older_one() -> None:
    # It would have the follower drop its block for an older term's, and then send another one.
    leader = leader_certificate("sbp", 2, ONE)
    opening = entry_after(ONE, leader, b"opening")
    it = node(log=LOG[:1])
    it.answers("sbp", append(leader, ONE, [opening]))
    assert it.answers("sbp", append(leader, ONE, [LOG[1]])) == []
    assert [peer for peer, reason in it.faults if "a second block" in reason] == ["sbp"]
    assert it.last == opening.block


def test_a_leader_cannot_get_an_ack_for_a_block_that_is_not_on_disk_by_replacing_another() -> None:
    # The first message waits for the disk; the second replaces the block at that height.
    old = log_of([1, 1, 2])
    leader = leader_certificate("sbp", 3, old[1].block)
    opening = entry_after(old[1].block, leader, b"opening")
    it = node(log=old[:2])
    assert it.receive("sbp", append(leader, old[1].block, old[2:])) == []
    first = it.unsynced.pop(0)
    it.receive("sbp", append(leader, old[1].block, [opening]))
    it.unsynced, second = [first], it.unsynced
    assert it.sync() == [AppendReply(3, 3, ())]
    it.unsynced = second
    assert it.sync() == [reply_of("cdc", 3, opening.block)]


# --- what is final stays final (invariant 3) ---


def test_no_leader_however_elected_replaces_a_final_block() -> None:
    it = node()
    it.answers("mof", append(LEADER, GENESIS, LOG, commit_certificate(TWO)))
    other = leader_certificate("sbp", 2, ONE)
    fork = extended(ONE, other, b"fork", b"fork")
    assert it.answers("sbp", append(other, ONE, fork)) == []
    assert it.answers("sbp", append(other, fork[0].block, fork[1:])) == []
    assert it.faults == [
        ("sbp", "block 2: it would replace a final block"),
        ("sbp", "it has another block at 2, which is final"),
    ]
    assert it.last == THREE


def test_a_leader_of_another_chain_finds_nothing_to_agree_on() -> None:
    it = node()
    it.answers("mof", append(LEADER, BlockId(0, 0, bytes(32))))
    assert it.faults == [("mof", "it has another block at 0, which is final")]


@pytest.mark.parametrize(
    "forged",
    [
        commit_certificate(TWO, ("mof", "sbp")),
        commit_certificate(TWO, CUSTODIAN),
        replace(commit_certificate(ONE), block=TWO),
        CommitCertificate(TWO, LEADER.votes),
    ],
)
def test_finality_is_a_sovereign_quorum_of_acks_and_not_the_leaders_word(
    forged: CommitCertificate,
) -> None:
    it = node()
    it.answers("mof", append(LEADER, GENESIS, LOG, forged))
    assert (it.commit_height, it.finals) == (0, [])
    assert it.faults == [("mof", "the commit certificate of block 2 is not valid")]


def test_a_certificate_for_what_a_follower_does_not_hold_makes_nothing_final_there() -> None:
    # etcd and CCF: the commit index may be ahead of what this message vouches for.
    it = node(log=log_of([1, 1, 1]))
    leader = leader_certificate("sbp", 2, ONE)
    other = extended(ONE, leader, b"opening", b"third")
    it.answers("sbp", append(leader, GENESIS, [], commit_certificate(other[1].block)))
    assert (it.commit_height, it.faults) == (0, [])
    it.answers("sbp", append(leader, GENESIS, [], commit_certificate(THREE)))
    assert it.commit_height == 0


def test_finality_does_not_go_back_with_a_late_certificate() -> None:
    it = node()
    it.answers("mof", append(LEADER, GENESIS, LOG, commit_certificate(THREE)))
    it.answers("mof", append(LEADER, THREE, [], commit_certificate(ONE)))
    assert (it.commit_height, len(it.finals)) == (3, 1)


# --- Raft Figure 8: blocks of earlier terms are not final by counting ---


def figure_8() -> tuple[Network, BlockId, BlockId]:
    """(a) to (c): mof's old block is on a majority at last, while bank-a holds a newer one."""
    network = leading("mof")
    network.cut = {"cdc", "sbp", "bank-a"}
    old = network.propose("mof", b"old")  # (a) on mof and bank-b alone
    network.settle()
    network.cut = {"mof", "bank-b"}
    network.elect("bank-a", None)  # (b) bank-a leads term 2 with another block at this height
    network.cut = set(network.nodes) - {"bank-a"}
    newer = network.propose("bank-a", b"newer")
    network.settle()
    network.cut = {"bank-a", "sbp"}
    network.elect("mof", None)  # (c) mof leads again and brings its old block to a majority
    network.heartbeat("mof")
    network.heartbeat("mof")
    assert {network[name].last for name in ("mof", "bank-b", "cdc")} == {old}
    return network, old, newer


def test_an_older_block_on_a_majority_is_not_final_and_may_still_be_replaced() -> None:
    network, _, newer = figure_8()
    assert {it.commit_height for it in network.nodes.values()} == {1}
    network.cut = {"mof", "bank-b"}
    network.elect("bank-a")  # (d)
    assert network["cdc"].disk.log[1].block == newer
    assert network["cdc"].commit_height == 3
    assert network["cdc"].faults == []


def test_once_a_block_of_this_term_is_certified_the_older_one_is_final_with_it() -> None:
    network, old, _ = figure_8()
    network.propose("mof", b"opening")
    network.settle()  # (e)
    assert network["cdc"].disk.log[1].block == old
    assert {network[name].commit_height for name in ("mof", "bank-b", "cdc")} == {3}
    network.cut = {"mof", "bank-b"}
    network.stand("bank-a")
    network.settle()
    network.stand("bank-a")
    network.settle()
    assert network["bank-a"].role is not Role.LEADER, "its log lacks a final block"


def test_an_ack_for_an_older_terms_block_is_a_fault_and_does_not_count() -> None:
    log = log_of([1, 1])
    network = Network(disks={name: Disk(log) for name in ("mof", "sbp", "cdc")})
    network.elect("mof", None)
    leader = network["mof"]
    for name in ("sbp", "cdc", "bank-a"):
        leader.receive(name, reply_of(name, 2, log[1].block))
    assert leader.commit_height == 0
    assert len(leader.faults) == 3


# --- conflict and back-up (Raft §5.3, Figure 7) ---

FIGURE_7 = {
    "leader": [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
    "a": [1, 1, 1, 4, 4, 5, 5, 6, 6],
    "b": [1, 1, 1, 4],
    "c": [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    "d": [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    "e": [1, 1, 1, 4, 4, 4, 4],
    "f": [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
}


def test_the_leader_of_figure_7_brings_every_follower_to_its_log() -> None:
    voters = ("a", "b", "c", "leader")
    logs = {name: log_of(terms, "leader", voters) for name, terms in FIGURE_7.items()}
    disks = {name: Disk(log, Promise(7, None, log[-1].block)) for name, log in logs.items()}
    authorities = authority_set(("leader",), tuple("abcdef"), quorum=4)
    network = Network(authorities, disks)
    network.elect("leader")
    network.heartbeat("leader")
    expected = [*logs["leader"], network["leader"].disk.log[10]]
    for it in network.nodes.values():
        assert it.disk.log == expected
        assert it.application.blocks == blocks_of(expected)
        assert it.commit_height == 11
        assert it.faults == []


@pytest.mark.parametrize(
    ("leaders", "followers", "refusals"),
    [
        ([1] * 5 + [5] * 40, [1] * 5 + [2] * 50, 2),  # the follower's many entries of one term
        ([1] * 5 + [2] * 50 + [5], [1] * 5 + [3] * 50, 2),
        ([1] * 5 + [2] * 9 + [4] * 9 + [6] * 9, [1] * 5 + [3] * 9 + [5] * 9, 4),
        ([1] * 60, [1] * 5, 1),  # a follower that is merely behind
    ],
)
def test_backing_up_takes_a_message_per_term_and_not_per_entry(
    leaders: list[int], followers: list[int], refusals: int
) -> None:
    disks = {"mof": Disk(log_of(leaders)), "sbp": Disk(log_of(followers))}
    network = Network(authority_set(("mof", "sbp"), ("cdc",), quorum=2), disks)
    network.cut = {"cdc"}
    seen: list[Letter] = []
    network.stand("mof")
    network.settle()
    network.propose("mof")
    network.settle(lambda letter: seen.append(letter) is None)
    assert network["sbp"].disk.log == network["mof"].disk.log
    assert sum(isinstance(letter.message, AppendRefused) for letter in seen) <= refusals


def test_a_block_that_a_later_leader_replaced_no_longer_binds_who_acked_it() -> None:
    # cdc acks a block of mof that never becomes final. A later leader replaces it with an older
    # one and goes down before its own term's block gets far. A quorum is up, and needs cdc.
    network = leading("mof")
    network.cut = {"mof", "cdc"}
    network.elect("bank-a", None)
    network.cut = {"mof", "cdc", "bank-b"}
    kept = network.propose("bank-a", b"kept")
    network.settle()
    network.cut = {"bank-a", "sbp"}
    network.elect("mof", None)
    network.cut = {"bank-a", "sbp", "bank-b"}
    in_vain = network.propose("mof", b"in vain")
    network.settle()
    assert network["cdc"].disk.promise.acked == in_vain
    network.cut = {"mof", "cdc"}
    network.elect("bank-a", None)
    network.cut = {"mof"}
    network.heartbeat("bank-a")
    assert network["cdc"].last == kept
    network.cut = {"mof", "bank-a"}
    network.crash("cdc")
    network.elect("sbp")
    assert {network[name].commit_height for name in ("cdc", "sbp", "bank-b")} == {3}
    assert {reason for it in network.nodes.values() for reason in it.faults} == set()


def test_a_replaced_block_binds_on_while_nothing_proves_that_it_was_not_final() -> None:
    # The leader was elected with a log that ends beyond the acked block, so it should hold it.
    # It lies about its log, and whoever follows it must not be made to break a promise.
    old = log_of([1, 3])
    acked = old[1].block
    it = node(log=old, promise=Promise(3, None, acked))
    leader = leader_certificate("sbp", 4, BlockId(3, 9, bytes(32)))
    it.answers("sbp", append(leader, old[0].block, log_of([1, 2])[1:]))
    assert it.last.term == 2
    assert it.disk.promise.acked == acked
    assert it.tick(4 * TIMING.election) == [], "it does not stand"


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


def test_a_follower_that_lost_the_end_of_its_log_is_sent_it_again_by_the_same_leader() -> None:
    network = leading("mof")
    for payload in (b"two", b"three"):
        network.propose("mof", payload)
    network.settle()
    del network["cdc"].disk.log[1:]
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


def test_the_stream_to_a_follower_that_does_not_answer_is_bounded_and_resumes() -> None:
    network = leading("mof")
    network.cut = {"cdc"}
    to_cdc: list[Letter] = []
    for number in range(3 * IN_FLIGHT_MAX):
        network.propose("mof", b"block %d" % number)
        network.settle(lambda letter: letter.to != "cdc" or bool(to_cdc.append(letter)))
    with_entries = [
        letter for letter in to_cdc if isinstance(letter.message, Append) and letter.message.entries
    ]
    assert len(with_entries) == IN_FLIGHT_MAX
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
    it = node(log=LOG[:2], promise=Promise(1, None, ONE))
    assert it.receive("mof", append(LEADER, TWO)) == []
    assert it.sync() == [reply_of("cdc", 1, TWO)]
    assert it.disk.promise.acked == TWO


# --- followers that lie to the leader ---


def test_an_ack_that_is_not_the_senders_is_a_fault_and_does_not_count() -> None:
    network = leading("mof")
    block = network.propose("mof")
    network.under_way.clear()
    network.sync("mof")
    leader = network["mof"]
    leader.receive("cdc", reply_of("cdc", 1, block))
    for forged in (
        reply_of("cdc", 1, block),  # sent by bank-a
        AppendReply(1, 2, ((block, bytes(64)),)),
        AppendReply(1, 2, ((block, leader_certificate("mof", 1, block).votes[0].signature),)),
    ):
        leader.receive("bank-a", forged)
    assert leader.commit_height == 1
    assert leader.faults == [("bank-a", "its ack of block 2 is not signed by it")] * 3


@pytest.mark.parametrize(
    "block",
    [
        block_after(ONE, 1, b"a block that was never proposed"),
        BlockId(1, 9, bytes(32)),
        BlockId(0, 2, bytes(32)),
    ],
)
def test_an_ack_for_a_block_that_the_leader_did_not_propose_is_a_fault(block: BlockId) -> None:
    network = leading("mof")
    network.propose("mof")
    leader = network["mof"]
    leader.receive("cdc", AppendReply(1, 2, (ack_of("cdc", block),)))
    assert [peer for peer, reason in leader.faults if "it acks another block" in reason] == ["cdc"]


def test_a_follower_that_claims_more_than_there_is_is_at_fault_and_the_leader_goes_on() -> None:
    network = leading("mof")
    network["mof"].receive("cdc", AppendReply(1, 2**62, ()))
    assert network["mof"].faults == [("cdc", f"it claims block {2**62}, which was never sent")]
    network.propose("mof")
    network.settle()
    assert {it.commit_height for it in network.nodes.values()} == {2}


@pytest.mark.parametrize("previous", [0, 1, 2, 1_000, 2**63 - 1])
@pytest.mark.parametrize("held", [GENESIS, BlockId(2**40, 2**62, bytes(32))])
def test_no_refusal_however_absurd_stops_the_leader(previous: int, held: BlockId) -> None:
    network = leading("mof")
    for _ in range(3):
        network.step("mof", Receive("cdc", AppendRefused(1, previous, held)))
    network.propose("mof")
    network.settle()
    network.heartbeat("mof")
    assert {it.commit_height for it in network.nodes.values()} == {2}


def test_a_thousand_false_acks_are_one_fault_and_the_work_of_one() -> None:
    network = leading("mof")
    block = network.propose("mof")
    network["mof"].receive("cdc", AppendReply(1, 2, ((block, bytes(64)),) * 1_000))
    assert len(network["mof"].faults) == 1


def test_replies_to_a_node_that_does_not_lead_are_ignored() -> None:
    network = leading("mof")
    it = network["sbp"]
    assert it.receive("cdc", reply_of("cdc", 1, it.last)) == []
    assert it.receive("cdc", AppendRefused(1, 1, GENESIS)) == []
    assert it.faults == []
