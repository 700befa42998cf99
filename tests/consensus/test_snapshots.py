"""Snapshots: offered to whoever lacks what is gone, proved, taken in piece by piece."""

from typing import Any

import pytest
from msgspec.structs import replace

from amanat.consensus.interface import Forget, Persisted, Receive, Tick
from amanat.consensus.log_entry import Entry, Snapshot
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    AskFinal,
    AskPiece,
    OfferSnapshot,
    Piece,
    RequestVote,
)
from amanat.consensus.raft import Role
from amanat.consensus.snapshots import WAIT_MAX
from amanat.consensus.statements import AuthoritySignature, CommitCertificate
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.encoding import decode, encode
from tests.consensus.deciding import change_to
from tests.consensus.network import TIMING, Network, Node, follower
from tests.consensus.register import Register
from tests.consensus.signing import (
    GENESIS,
    LEADER,
    append,
    authority_set,
    commit_certificate,
    extended,
    leader_certificate,
)

BLOCKS = extended(GENESIS, LEADER, b"opening", b"two", b"three", b"four", b"five")
LAST = BLOCKS[-1].block
LINEAGE = encode([entry.payload for entry in BLOCKS])


def offer(entry: Entry = BLOCKS[-1], **changes: Any) -> OfferSnapshot:
    """The offer of the state after a block, or a false one."""
    snapshot = Snapshot(entry, commit_certificate(entry.block), LINEAGE)
    return OfferSnapshot(1, replace(snapshot, **changes))


def piece(number: int) -> Piece:
    return Piece(1, LAST.height, number.to_bytes(8, "big"), encode(BLOCKS[number]))


def asked(number: int, term: int = 0) -> AskPiece:
    return AskPiece(term, LAST.height, number.to_bytes(8, "big"))


def taking(pieces: int = 0) -> Node:
    """cdc takes in the state after the last block, which mof offered, and has so many pieces."""
    it = follower()
    assert it.answers("mof", offer()) == [asked(0)]
    for number in range(pieces):
        it.answers("mof", piece(number))
    assert it.faults == []
    return it


def left_behind(rule: QuorumRule = QuorumRule.MAJORITY) -> Network:
    """cdc holds the first block alone; all others have forgotten what is before the last."""
    quorum = 4 if rule is QuorumRule.TWO_THIRDS else 3
    network = Network(authority_set(quorum=quorum, rule=rule))
    network.elect("mof")
    network.cut = {"cdc"}
    for number in range(5):
        network.propose("mof", b"%d" % number)
        network.settle()
    for name in network.nodes.keys() - network.cut:
        network.step(name, Forget(network[name].commit_height))
    network.settle()
    network.cut = set()
    return network


def caught_up(network: Network, name: str = "cdc") -> Node:
    """Let the leader send heartbeats until the node has its snapshot, and start it anew."""
    for _ in range(30):
        network.heartbeat("mof")
        if network[name].installs:
            network[name].start()
            network.heartbeat("mof")
            return network[name]
    raise AssertionError("no snapshot was taken in")


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


# --- interruptions ---


def asks(it: Node, ticks: int = 1) -> list[tuple[str, int]]:
    """Let time pass; return who was asked for which piece since this was last called."""
    for _ in range(ticks):
        it.step(Tick())
    asked_of = [
        (each.to, int.from_bytes(each.message.cursor, "big"))
        for each in it.outbox
        if isinstance(each.message, AskPiece)
    ]
    it.outbox.clear()
    return asked_of


def asks_upon(it: Node, sender: str, message: Piece | OfferSnapshot) -> list[tuple[str, int]]:
    """Take a message; return who is asked for which piece thereupon."""
    it.step(Receive(sender, message))
    it.write()
    return asks(it, 0)


WAIT = TIMING.election // 2
FALSE = replace(piece(1), content=encode(BLOCKS[3]))


def test_what_does_not_come_is_asked_of_everybody_in_turn_after_longer_and_longer_waits() -> None:
    it = taking(1)
    assert asks(it, WAIT - 1) == []
    for number, name in enumerate(["sbp", "bank-a", "bank-b", "mof", "sbp"]):
        assert asks(it) == [(name, 1)]
        assert asks(it, 2 ** (number + 1) * WAIT - 1) == []


def test_the_wait_is_bounded_and_shrinks_where_pieces_come_soon() -> None:
    it = taking(1)
    asks(it, 20 * WAIT_MAX * TIMING.election)
    longest = WAIT_MAX * TIMING.election
    assert len(asks(it, longest)) == 1
    it.start()
    it.tick(5 * WAIT)
    for number in (1, 2):
        it.answers("bank-a", piece(number))
    assert len(asks(it, WAIT)) == 1


def test_a_piece_that_comes_late_is_taken_though_others_were_asked_meanwhile() -> None:
    it = taking(1)
    assert asks(it, 3 * WAIT) == [("sbp", 1), ("bank-a", 1)]
    assert asks_upon(it, "mof", piece(1)) == [("mof", 2)]
    assert asks_upon(it, "sbp", piece(1)) == []
    assert it.faults == []


def test_only_who_was_asked_for_a_piece_may_send_it() -> None:
    it = taking(1)
    for message in (piece(0), piece(2), replace(piece(1), height=4)):
        assert it.answers("mof", message) == []
    assert it.answers("bank-a", piece(1)) == []
    assert it.answers("bank-a", FALSE) == []
    assert it.faults == []
    assert it.answers("mof", piece(1)) == [asked(2)]


def test_a_wrong_piece_is_a_fault_and_the_next_peer_is_asked_at_once() -> None:
    it = taking(1)
    assert asks_upon(it, "mof", FALSE) == [("sbp", 1)]
    assert it.faults == [("mof", "a piece of the state of block 5: it is not of that state")]
    assert sorted(it.disk.pieces) == [0]
    assert it.answers("mof", piece(1)) == [], "it had its turn"
    assert it.answers("sbp", piece(1)) == [asked(2)]


@pytest.mark.parametrize("liar", ["bank-a", "bank-b", "mof", "sbp"])
def test_a_liar_of_whatever_name_has_one_turn_and_then_the_others_have_theirs(liar: str) -> None:
    it = taking(1)
    turns: list[str] = []
    for _ in range(100 * WAIT):
        turns += [name for name, _ in asks(it)]
        if turns[-1:] == [liar]:
            turns += [name for name, _ in asks_upon(it, liar, FALSE)]
    order = ["bank-a", "bank-b", "mof", "sbp"]
    assert turns == [order[(order.index(turns[0]) + n) % 4] for n in range(len(turns))]
    assert len(turns) > 4


def test_wrong_pieces_that_nobody_asked_for_do_not_put_off_the_next_ask() -> None:
    it = taking(1)
    asks(it, 0)
    found = []
    for _ in range(WAIT):
        it.receive("bank-b", FALSE)
        found += asks(it)
    assert found == [("sbp", 1)]
    assert it.faults == []


class Together(Register):
    """Of whose state the pieces after the first are proved only all together, by the last."""

    def take(self, content: bytes) -> str | None:
        self._taken.append(decode(content, Entry))
        right = [entry.block for entry in BLOCKS[: self.count]]
        if self.cursor is not None or [entry.block for entry in self._taken] == right:
            return None
        self.go_back()
        return "they are not of that state"

    def go_back(self) -> None:
        del self._taken[1:]


@pytest.mark.parametrize("liar", ["bank-a", "bank-b", "mof", "sbp"])
@pytest.mark.parametrize("serves", [1, 2, 3])
def test_pieces_that_are_proved_together_come_from_one_peer_so_a_liar_is_asked_once(
    liar: str, serves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sends false pieces as far as nobody can tell, and then it may be silent."""
    monkeypatch.setattr("tests.consensus.network.Register", Together)
    it = taking()
    it.answers("mof", piece(0))
    asked_of = asks(it, 0) or [("mof", 1)]
    turns: list[str] = []
    for _ in range(100 * WAIT):
        for name, number in asked_of:
            turns += [] if turns[-1:] == [name] else [name]
            false = name == liar and number <= serves
            content = encode(BLOCKS[4 if false else number])
            if name != liar or number <= serves:
                it.step(Receive(name, replace(piece(number), content=content)))
        it.write()
        asked_of = asks(it)
        if it.installs:
            break
    assert it.installs
    assert turns.count(liar) <= 1
    assert {name for name, _ in it.faults} <= {liar}
    assert [it.disk.pieces[number] for number in range(4)] == [encode(each) for each in BLOCKS[:4]]


def test_whoever_had_his_turn_may_not_send_again_what_was_begun_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.consensus.network.Register", Together)
    it = taking(2)
    assert asks(it, WAIT) == [("sbp", 1)]
    assert asks_upon(it, "mof", piece(1)) == []
    assert asks_upon(it, "sbp", piece(1)) == [("sbp", 2)]


def test_a_node_that_was_restarted_goes_on_where_it_was() -> None:
    it = taking(2)
    it.start()
    assert it.core.status.fetching == LAST.height
    sent = it.tick(TIMING.election)
    assert asked(2) in sent
    for number in (2, 3):
        it.answers("bank-a", piece(number))
    assert it.installs


def test_a_node_that_came_there_in_another_way_gives_the_snapshot_up() -> None:
    it = taking(2)
    it.answers("mof", append(LEADER, GENESIS, BLOCKS, commit_certificate(LAST)))
    assert it.commit_height == LAST.height
    assert it.answers("mof", piece(2)) == []
    it.tick()
    assert it.core.status.fetching == 0


OTHER = offer(BLOCKS[3], lineage=encode([entry.payload for entry in BLOCKS[:4]]))


@pytest.mark.parametrize("ticks", [0, TIMING.election, 20 * TIMING.election])
@pytest.mark.parametrize("again", [offer(), OTHER])
def test_no_offer_that_nobody_asked_for_takes_a_piece_away(
    again: OfferSnapshot, ticks: int
) -> None:
    it = taking(3)
    it.tick(ticks)
    it.answers("cdc", again)
    it.answers("mof", offer())
    assert sorted(it.disk.pieces) == [0, 1, 2]
    it.tick(40 * TIMING.election)  # somebody is asked once more
    assert it.answers("sbp", piece(3)) == []
    assert it.installs


def test_a_node_whose_links_are_not_up_for_a_while_after_its_start_keeps_its_pieces() -> None:
    it = taking(3)
    it.start()
    it.tick(5 * TIMING.election)
    it.answers("mof", offer())
    assert sorted(it.disk.pieces) == [0, 1, 2]
    it.tick(10 * TIMING.election)
    it.answers("mof", piece(3))
    assert it.installs


def test_a_state_that_nobody_has_any_more_is_given_up_for_another_one() -> None:
    it = taking(2)
    for name, following in (("mof", "sbp"), ("sbp", "bank-a"), ("bank-a", "bank-b")):
        assert asks_upon(it, name, OTHER) == [(following, 2)]
        assert it.core.status.fetching == LAST.height
    assert asks_upon(it, "bank-b", OTHER)[-1] == ("bank-b", 0)
    assert it.core.status.fetching == 4
    assert it.disk.pieces == {}
    assert it.disk.staged == OTHER.snapshot


def test_as_long_as_one_has_the_state_nobody_makes_a_node_give_it_up() -> None:
    it = taking(2)
    it.answers("mof", OTHER)
    it.answers("sbp", OTHER)
    it.answers("bank-a", OTHER)
    it.answers("bank-a", OTHER)
    assert it.answers("bank-b", piece(2)) == [asked(3)]
    it.answers("bank-b", OTHER)
    assert it.core.status.fetching == LAST.height, "that was for another piece"


def test_whoever_lacks_the_state_that_it_is_asked_for_offers_another_one() -> None:
    network = left_behind()
    (sent,) = network["sbp"].answers("cdc", AskPiece(1, 3, bytes(8)))
    assert isinstance(sent, Piece)
    (sent,) = network["sbp"].answers("cdc", AskPiece(1, 99, bytes(8)))
    assert isinstance(sent, OfferSnapshot)


def test_whoever_takes_a_snapshot_in_does_not_ask_for_blocks() -> None:
    it = taking(1)
    later = leader_certificate("mof", 3, BLOCKS[3].block)
    sent = it.answers("mof", append(later, LAST, []))
    assert not any(isinstance(each, AskFinal) for each in sent)


def test_once_the_state_is_whole_nothing_more_is_taken_or_signed() -> None:
    it = taking(3)
    assert it.receive("mof", piece(3)) == []
    vote = RequestVote(7, LAST)
    for event in (Tick(), Receive("mof", vote), Receive("mof", append(LEADER, GENESIS, BLOCKS))):
        effects = it.step(event)
        assert (effects.messages, effects.persist) == ((), None)
    assert it.term == 0
    assert not it.installs
    it.sync()
    assert it.installs
    assert it.step(Persisted(99)).messages == ()


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
        (offer(certificate=padded(commit_certificate(LAST), 1)), "of who does not decide"),
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
