"""What a peer that lies can achieve: a fault with its name, and nothing else."""

import pytest
from msgspec.structs import replace

from amanat.consensus.evidence import DoubleProposal
from amanat.consensus.interface import Promise, Receive
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    AskFinal,
)
from amanat.consensus.raft import Role
from amanat.consensus.statements import BlockId, LeaderCertificate, SignedAck
from tests.consensus.network import TIMING, Network, follower, leading
from tests.consensus.signing import (
    CUSTODIAN,
    GENESIS,
    LEADER,
    LOG,
    ONE,
    THREE,
    TWO,
    ack_of,
    append,
    authority_set,
    block_after,
    blocks_of,
    entry_after,
    extended,
    leader_certificate,
    log_of,
    parent_of,
    reply_of,
)

# --- whom a follower follows (invariants 1 and 7) ---


def forged_ack(block: BlockId, signature: bytes = bytes(64)) -> SignedAck:
    return SignedAck(parent_of(block), block, signature)


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        (leader_certificate("sbp", 1, GENESIS), "not for this leader and term"),
        (leader_certificate("mof", 2, GENESIS), "not for this leader and term"),
        (leader_certificate("mof", 1, GENESIS, ("mof", "sbp")), "not a sovereign quorum"),
        (leader_certificate("mof", 1, GENESIS, CUSTODIAN), "not a sovereign quorum"),
    ],
)
def test_nobody_follows_a_leader_that_no_sovereign_quorum_elected(
    certificate: LeaderCertificate, reason: str
) -> None:
    it = follower()
    assert it.answers("mof", Append(1, certificate, GENESIS, tuple(LOG), None)) == []
    assert [(peer, reason in text) for peer, text in it.faults] == [("mof", True)]
    assert (it.term, it.leader, it.last) == (0, None, GENESIS)


def test_who_cannot_tell_whether_a_leader_was_elected_asks_for_what_is_final() -> None:
    # The log's end on which it was elected is not held here: the authorities may have changed.
    it = follower()
    unknown = replace(LEADER, last=THREE)
    (asked,) = it.answers("mof", Append(1, unknown, GENESIS, tuple(LOG), None))
    assert asked == AskFinal(0, 1)
    assert (it.term, it.leader, it.last, it.faults) == (0, None, GENESIS, [])


def test_nobody_can_send_in_the_leaders_name_with_the_leaders_certificate() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    assert it.answers("sbp", append(LEADER, ONE, LOG[1:])) == []
    assert it.faults == [("sbp", "it sends as if it were the leader")]
    assert it.last == ONE


@pytest.mark.parametrize(
    ("candidate", "last"), [("sbp", GENESIS), ("mof", BlockId(0, 1, bytes(32)))]
)
def test_a_second_election_of_one_term_is_a_fault(candidate: str, last: BlockId) -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    second = leader_certificate(candidate, 1, last)
    assert it.answers(candidate, append(second, ONE)) == []
    assert it.faults == [(candidate, "a second election of term 1")]
    assert it.leader == "mof"


def test_a_certificate_with_other_voters_for_the_same_election_is_no_fault() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:1]))
    same = leader_certificate("mof", 1, GENESIS, ("bank-a", "bank-b", "mof"))
    assert it.answers("mof", append(same, ONE)) == [reply_of("cdc", 1, ONE)]
    assert it.faults == []


def test_a_message_without_a_valid_certificate_does_not_keep_followers_waiting() -> None:
    it = follower()
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
    it = follower(log=LOG[:2])
    leader = leader_certificate("sbp", 2, TWO)
    assert it.answers("sbp", append(leader, TWO, [entry])) == []
    assert [(peer, reason in text) for peer, text in it.faults] == [("sbp", True)]
    assert (it.last, blocks_of(it.disk.log), it.application.blocks) == (TWO, [ONE, TWO], [ONE, TWO])
    assert it.disk.promise.acked == GENESIS
    good = entry_after(TWO, leader, b"opening")
    assert it.answers("sbp", append(leader, TWO, [good])) == [reply_of("cdc", 2, good.block)]


def test_a_leader_whose_blocks_nobody_accepts_steps_down() -> None:
    network = leading()
    network.propose("mof", b"invalid")
    network.settle()
    for _ in range(5 * TIMING.election):
        network.heartbeat("mof")
    assert network["mof"].role is not Role.LEADER


def test_the_entries_before_a_bad_one_are_kept_and_acked_with_the_first_good_one_after_it() -> None:
    it = follower()
    bad = entry_after(TWO, LEADER, b"invalid")
    assert it.answers("mof", append(LEADER, GENESIS, [*LOG[:2], bad])) == []
    assert it.last == TWO
    assert it.answers("mof", append(LEADER, TWO)) == [], "it is not followed for the time being"
    assert it.answers("mof", append(LEADER, ONE, LOG[1:3])) == [reply_of("cdc", 1, ONE, TWO, THREE)]
    assert it.disk.promise.acked == THREE


def test_a_held_entry_told_with_another_proposer_does_not_let_that_proposer_go_on() -> None:
    it = follower(log=LOG[:2])
    leader = leader_certificate("sbp", 2, TWO)
    retold = replace(LOG[1], proposer="bank-a")
    foreign = entry_after(TWO, replace(LEADER, candidate="bank-a"))
    it.answers("sbp", append(leader, ONE, [retold, foreign]))
    assert it.faults == [("sbp", "block 3: bank-a does not lead term 1")]
    assert it.last == TWO


def test_entries_repeated_within_a_message_do_not_stretch_the_reply() -> None:
    it = follower(log=LOG)
    assert it.answers("mof", append(LEADER, ONE, [LOG[1], LOG[1], LOG[1]])) == [
        reply_of("cdc", 1, ONE, TWO)
    ]


# --- a second block at one term and height (invariant 6) ---


def test_whoever_was_sent_another_block_by_a_liar_can_follow_the_next_leader() -> None:
    network = Network(authority_set(("mof", "sbp"), ("cdc",), quorum=2))
    network.elect("mof")
    opening, liar = network["mof"].last, network["mof"].elected[0]
    network.cut = {"cdc"}
    network.propose("mof", b"two")
    network.settle()
    network["cdc"].answers("mof", append(liar, opening, extended(opening, liar, b"another two")))
    network.cut = {"mof"}
    network.elect("sbp")
    network.heartbeat("sbp")
    assert network["cdc"].last == network["sbp"].last
    assert network["sbp"].commit_height == 3


def test_a_second_block_of_the_leader_at_one_height_is_a_fault_and_the_first_one_stays() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:2]))
    second = entry_after(ONE, LEADER, b"another two")
    assert it.answers("mof", append(LEADER, ONE, [second])) == []
    assert [peer for peer, reason in it.faults if "a second block" in reason] == ["mof"]
    assert (it.last, it.disk.promise.acked) == (TWO, TWO)


def test_an_authority_that_lost_the_first_block_with_its_disk_does_not_ack_a_second() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, LOG[:2]))
    del it.disk.log[1:]
    it.start()
    second, third = extended(ONE, LEADER, b"another two", b"another three")
    for message in (append(LEADER, ONE, [second]), append(LEADER, second.block, [third])):
        (reply,) = it.answers("mof", message)
        assert isinstance(reply, AppendReply)
        assert reply.acks == ()
    assert it.disk.promise.acked == TWO


def test_of_two_blocks_of_an_older_leader_the_present_one_shows_which_was_taken() -> None:
    it = follower(LOG[:2])
    leader = leader_certificate("sbp", 2, TWO)
    second = entry_after(ONE, LEADER, b"another two")
    it.answers("sbp", append(leader, ONE, [second]))
    assert it.last == second.block
    assert [(type(each), each.authority) for each in it.evidence] == [(DoubleProposal, "mof")]


def test_replacing_an_older_block_does_not_free_who_lost_what_it_acked_in_this_term() -> None:
    leader = leader_certificate("sbp", 2, ONE)
    opening, acked = extended(ONE, leader, b"opening", b"acked and lost")
    it = follower(LOG[:2], Promise(2, None, acked.block))
    assert it.answers("sbp", append(leader, ONE, [opening])) == [AppendReply(2, 2, ())]
    assert it.disk.promise.acked == acked.block
    other = entry_after(opening.block, leader, b"another third")
    assert it.answers("sbp", append(leader, opening.block, [other])) == [AppendReply(2, 3, ())]


def test_a_leader_cannot_unwind_its_own_block_by_way_of_an_older_one() -> None:
    # It would have the follower drop its block for an older term's, and then send another one.
    leader = leader_certificate("sbp", 2, ONE)
    opening = entry_after(ONE, leader, b"opening")
    it = follower(log=LOG[:1])
    it.answers("sbp", append(leader, ONE, [opening]))
    assert it.answers("sbp", append(leader, ONE, [LOG[1]])) == []
    assert [peer for peer, reason in it.faults if "a second block" in reason] == ["sbp"]
    assert it.last == opening.block


def test_a_leader_cannot_get_an_ack_for_a_block_that_is_not_on_disk_by_replacing_another() -> None:
    # The first message waits for the disk; the second replaces the block at that height.
    old = log_of([1, 1, 2])
    leader = leader_certificate("sbp", 3, old[1].block)
    opening = entry_after(old[1].block, leader, b"opening")
    it = follower(log=old[:2])
    assert it.receive("sbp", append(leader, old[1].block, old[2:])) == []
    first = it.unsynced.pop(0)
    it.receive("sbp", append(leader, old[1].block, [opening]))
    it.unsynced, second = [first], it.unsynced
    assert it.sync() == [AppendReply(3, 3, ())]
    it.unsynced = second
    assert it.sync() == [reply_of("cdc", 3, opening.block)]


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
        AppendReply(1, 2, (forged_ack(block),)),
        AppendReply(
            1, 2, (forged_ack(block, leader_certificate("mof", 1, block).votes[0].signature),)
        ),
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


def test_acks_that_are_late_or_repeated_are_not_even_checked() -> None:
    network = leading("mof")
    block = network.propose("mof")
    leader = network["mof"]
    leader.receive("cdc", reply_of("cdc", 1, block))
    leader.receive("cdc", AppendReply(1, 2, (forged_ack(block),)))
    leader.receive("cdc", AppendReply(1, 1, (forged_ack(ONE),)))
    assert leader.faults == []


def test_a_thousand_false_acks_are_one_fault_and_the_work_of_one() -> None:
    network = leading("mof")
    block = network.propose("mof")
    network["mof"].receive("cdc", AppendReply(1, 2, (forged_ack(block),) * 1_000))
    assert len(network["mof"].faults) == 1


def test_replies_to_a_node_that_does_not_lead_are_ignored() -> None:
    network = leading("mof")
    it = network["sbp"]
    assert it.receive("cdc", reply_of("cdc", 1, it.last)) == []
    assert it.receive("cdc", AppendRefused(1, 1, GENESIS)) == []
    assert it.faults == []
