"""The pieces of a snapshot: who is asked for them, what interrupts that, and what does not."""

import pytest
from msgspec.structs import replace

from amanat.consensus.interface import Persisted, Receive, Tick
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import (
    AskFinal,
    AskPiece,
    OfferSnapshot,
    Piece,
    RequestVote,
)
from amanat.consensus.snapshots import WAIT_MAX
from amanat.ledger.encoding import decode, encode
from tests.consensus.network import TIMING, Node
from tests.consensus.register import Register
from tests.consensus.signing import (
    GENESIS,
    LEADER,
    append,
    commit_certificate,
    leader_certificate,
)
from tests.consensus.taking_in import (
    BLOCKS,
    LAST,
    asked,
    left_behind,
    offer,
    piece,
    taking,
)


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
