"""Snapshots: offered to whoever lacks what is gone, proved, taken in piece by piece."""

from typing import Any

import pytest
from msgspec.structs import replace

from amanat.consensus.interface import Forget, Tick
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    AskFinal,
    AskPiece,
    OfferSnapshot,
    RequestVote,
)
from amanat.consensus.raft import Role
from amanat.consensus.statements import AuthoritySignature, CommitCertificate
from amanat.ledger.authorities import QuorumRule
from tests.consensus.deciding import change_to
from tests.consensus.network import TIMING, Network, follower
from tests.consensus.signing import (
    GENESIS,
    LEADER,
    append,
    authority_set,
    commit_certificate,
    extended,
    leader_certificate,
)
from tests.consensus.taking_in import (
    BLOCKS,
    LAST,
    asked,
    caught_up,
    left_behind,
    offer,
    piece,
    taking,
)

# --- from the offer to the new life ---


@pytest.mark.parametrize("rule", QuorumRule)
def test_whoever_lacks_what_is_gone_catches_up_by_a_snapshot(rule: QuorumRule) -> None:
    network = left_behind(rule)
    before = network["cdc"].last
    leader = network["mof"]
    it = caught_up(network)
    assert before.height == 1
    assert it.core.status.base == leader.commit_height > 1
    assert it.disk.log[0].block.height == it.core.status.base
    for number in range(3):
        network.propose("mof", b"after %d" % number)
        network.settle()
    network.heartbeat("mof")
    assert it.last == leader.last
    assert it.commit_height == leader.commit_height
    assert it.faults == leader.faults == []


def test_a_snapshot_is_offered_to_whoever_asks_for_what_is_gone() -> None:
    network = left_behind()
    (sent,) = network["sbp"].answers("cdc", AskFinal(1, 2))
    assert isinstance(sent, OfferSnapshot)
    assert sent.snapshot.block == network["sbp"].disk.log[0].block
    last = network["sbp"].disk.log[0].block.height
    (sent,) = network["sbp"].answers("cdc", AskFinal(1, last))
    assert not isinstance(sent, OfferSnapshot)


def test_pieces_are_asked_for_one_by_one_and_each_is_on_disk_in_its_turn() -> None:
    it = taking()
    for number in range(3):
        assert it.receive("mof", piece(number)) == [asked(number + 1)]
        it.sync()
        assert sorted(it.disk.pieces) == list(range(number + 1))
        assert not it.disk.is_whole
    it.receive("mof", piece(3))
    assert not it.installs
    it.sync()
    assert it.disk.is_whole
    assert it.installs


def test_the_new_life_begins_with_the_block_of_the_snapshot_and_the_old_promise() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, BLOCKS[:1]))
    promise = it.disk.promise
    assert promise.acked == BLOCKS[0].block
    it.answers("mof", offer())
    for number in range(4):
        it.answers("mof", piece(number))
    it.start()
    assert it.disk.log == [BLOCKS[-1]]
    assert it.core.status.base == it.commit_height == LAST.height
    assert it.disk.promise == promise
    (reply,) = it.answers("mof", append(LEADER, LAST, extended(LAST, LEADER, b"six")))
    assert isinstance(reply, AppendReply)
    assert [ack.block.height for ack in reply.acks] == [6]


# --- what is not taken ---


def padded(certificate: CommitCertificate, strangers: int) -> CommitCertificate:
    false = [AuthoritySignature(f"x-{number}", bytes(64)) for number in range(strangers)]
    return replace(certificate, acks=(*certificate.acks, *false))


@pytest.mark.parametrize(
    ("false", "reason"),
    [
        (offer(certificate=commit_certificate(BLOCKS[3].block)), "for another block"),
        (offer(certificate=commit_certificate(LAST, ("bank-a", "bank-b", "cdc"))), "not valid"),
        (offer(certificate=commit_certificate(LAST, ("mof", "sbp"))), "not valid"),
        (offer(certificate=padded(commit_certificate(LAST), 1)), "does not count"),
        (offer(lineage=b"nonsense"), "does not show how the authorities changed"),
        (offer(entry=replace(BLOCKS[-1], parent=BLOCKS[1].block.digest)), "not what its entry"),
    ],
)
def test_an_offer_that_is_not_proved_is_refused(false: OfferSnapshot, reason: str) -> None:
    it = follower()
    asked_of_all = [AskFinal(0, 1)] * 4
    assert it.answers("mof", false) == asked_of_all, "it may be the leader, and go on so for ever"
    ((peer, fault),) = it.faults
    assert peer == "mof"
    assert fault.startswith("its snapshot of block 5: ")
    assert reason in fault
    assert it.disk.staged is None


def test_an_offer_by_other_authorities_than_were_decided_on_here_is_refused() -> None:
    decided = change_to(authority_set(("mof", "sbp"), ("bank-a",), quorum=2))
    chain = extended(GENESIS, LEADER, b"one", decided)
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, chain, commit_certificate(chain[1].block)))
    assert it.commit_height == 2
    it.answers("mof", offer())
    assert it.faults == [
        ("mof", "its snapshot of block 5: it has other authorities than were decided on here")
    ]


def test_what_is_final_here_or_in_the_log_is_not_taken_in_once_more() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, BLOCKS, commit_certificate(BLOCKS[2].block)))
    assert it.answers("sbp", offer(BLOCKS[2])) == []
    assert it.commit_height == 3
    assert it.answers("sbp", offer()) == []
    assert it.commit_height == LAST.height, "it held the block, and did not know that it is final"
    assert it.disk.staged is None
    assert it.faults == []


def test_a_leader_takes_no_snapshot() -> None:
    network = Network()
    network.elect("mof")
    assert network["mof"].answers("sbp", offer()) == []
    assert network["mof"].role is Role.LEADER


# --- forgetting ---


def test_only_what_is_final_and_on_disk_is_forgotten() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, BLOCKS, commit_certificate(BLOCKS[2].block)))
    it.step(Forget(5))
    it.sync()
    assert it.core.status.base == 3
    assert [entry.block.height for entry in it.disk.log] == [3, 4, 5]
    effects = it.step(Forget(2))
    assert effects.persist is None


def test_a_message_from_before_what_is_kept_is_answered_with_what_is_final() -> None:
    it = follower()
    it.answers("mof", append(LEADER, GENESIS, BLOCKS, commit_certificate(BLOCKS[3].block)))
    it.step(Forget(4))
    it.sync()
    (reply,) = it.answers("mof", append(LEADER, BLOCKS[0].block, BLOCKS[1:3]))
    assert reply == AppendReply(1, 4, ())
    (refused,) = it.answers("mof", append(LEADER, extended(LAST, LEADER, b"six")[0].block, []))
    assert isinstance(refused, AppendRefused)


def test_who_takes_in_a_snapshot_says_so_and_is_offered_no_other_one() -> None:
    network = left_behind()
    offers = []

    def count(letter: Any) -> bool:
        if isinstance(letter.message, OfferSnapshot):
            offers.append(letter)
        return not isinstance(letter.message, AskPiece)

    for _ in range(20):
        network.tick("mof", TIMING.heartbeat)
        network.tick("cdc", TIMING.heartbeat)
        network.settle(count)
    assert len(offers) == 1


def test_while_a_follower_lacks_what_is_gone_it_is_sent_no_entries() -> None:
    network = left_behind()
    network.heartbeat("mof")
    for number in range(3):
        network.propose("mof", b"more %d" % number)
    sent = [each.message for each in network.under_way if each.to == "cdc"]
    assert all(not message.entries for message in sent if isinstance(message, Append))


# --- promises across a snapshot ---


def test_an_ack_beyond_the_snapshot_binds_on() -> None:
    it = follower()
    other = leader_certificate("sbp", 3, GENESIS)
    dead = extended(GENESIS, other, *(b"%d" % number for number in range(9)))
    it.answers("sbp", append(other, GENESIS, dead))
    promise = it.disk.promise
    assert promise.acked == dead[-1].block
    it.answers("mof", offer())
    for number in range(4):
        it.answers("mof", piece(number))
    it.start()
    assert it.disk.promise.acked == dead[-1].block
    assert it.answers("mof", RequestVote(9, LAST)) != []
    assert it.disk.promise.vote is None, "whoever lacks what was acked here gets no vote"


def test_an_ack_in_whose_place_the_snapshot_shows_another_block_is_released() -> None:
    it = follower()
    other = leader_certificate("sbp", 3, GENESIS)
    dead = extended(GENESIS, other, b"dead")
    it.answers("sbp", append(other, GENESIS, dead))
    assert it.disk.promise.acked == dead[0].block
    it.tick(TIMING.election)
    it.answers("mof", RequestVote(8, LAST))
    assert it.term == 8
    it.answers("mof", offer())
    for number in range(4):
        it.answers("mof", piece(number))
    it.start()
    it.step(Tick())
    it.sync()
    assert it.disk.promise.acked == GENESIS
