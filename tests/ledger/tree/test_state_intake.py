"""A state travels in pieces, of any size and from anybody; nothing false is taken."""

from collections.abc import Iterator
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.blocks import BlockHeader
from amanat.ledger.dates import DAY_MS
from amanat.ledger.encoding import decode, encode
from amanat.ledger.executed import Turn
from amanat.ledger.identifiers import Digest
from amanat.ledger.operations import Transfer
from amanat.ledger.tree.state_intake import BadPiece, Contents, StateIntake
from amanat.ledger.tree.state_pieces import START as BEGINNING
from amanat.ledger.tree.state_pieces import Cursor, IdsFrom, NodesFrom, Piece, read_piece
from amanat.ledger.tree.state_tree import MissingNode, NodeRef, StateTree
from tests.ledger import world
from tests.ledger.desk import Desk, desk_with_market


class Source:
    """A state with the ids executed in it, as a node serves it."""

    def __init__(self, desk: Desk, executed: dict[Turn, Digest]) -> None:
        self.tree = desk.leader.tip.tree
        self.header = desk.leader.executed(desk.leader.tip.height)[-1].block.header
        self.executed = executed

    def ids(self, day: int, number: int) -> Iterator[Digest]:
        while Turn(day, number) in self.executed:
            yield self.executed[Turn(day, number)]
            number += 1

    def piece(self, cursor: Cursor, bytes_max: int) -> bytes:
        return read_piece(self.tree, self.ids, cursor, bytes_max)


def busy_source() -> Source:
    """A market whose transactions are valid until three different days, of which one has gone."""
    desk = desk_with_market()
    for until in (2, 3):
        desk.writer.valid_until = world.START + until * DAY_MS
        for number in range(12):
            desk.block([desk.writer.sign(["alpha"], Transfer("alpha", "beta", "PKR", 1 + number))])
    desk.time = world.START + 2 * DAY_MS
    desk.block([])
    executed: dict[Turn, Digest] = {}
    for block in desk.leader.executed(desk.leader.tip.height):
        executed.update(zip(block.turns, block.ids, strict=True))
    return Source(desk, executed)


SOURCE = busy_source()
HEADER = SOURCE.header
TODAY = HEADER.time // DAY_MS


def taken(intake: StateIntake, bytes_max: int) -> Contents:
    """Take in the whole state in pieces of about this size."""
    whole = Contents()
    while intake.cursor is not None:
        contents = intake.take(SOURCE.piece(intake.cursor, bytes_max))
        whole.records += contents.records
        whole.entries += contents.entries
        whole.executed += contents.executed
    return whole


@pytest.mark.parametrize("bytes_max", [1, 100, 3_000, 2**20])
def test_the_state_arrives_whole_in_pieces_of_any_size(bytes_max: int) -> None:
    contents = taken(StateIntake(HEADER), bytes_max)
    assert dict(contents.entries) == dict(SOURCE.tree.items())
    assert contents.executed == sorted(
        (turn, transaction) for turn, transaction in SOURCE.executed.items() if turn.day >= TODAY
    )
    assert {turn.day for turn, _ in contents.executed} == {TODAY, TODAY + 1}
    assert any(turn.day < TODAY for turn in SOURCE.executed)


def test_the_records_make_the_same_tree_on_which_one_can_go_on() -> None:
    records = dict(taken(StateIntake(HEADER), 2_000).records)

    class Records:
        def load(self, key: bytes) -> bytes:
            if key not in records:
                raise MissingNode(key.hex())
            return records[key]

    tree = StateTree.open(NodeRef(HEADER.height, HEADER.state_root), Records())
    assert list(tree.items()) == list(SOURCE.tree.items())
    changes = {key: b"changed" for key, _ in list(tree.items())[::3]} | {b"new": b"value"}
    version = HEADER.height + 1
    assert tree.update(changes, version).tree.root == SOURCE.tree.update(changes, version).tree.root


def test_any_piece_may_come_from_anybody_and_be_asked_for_again() -> None:
    intake = StateIntake(HEADER)
    cursors = []
    random = Random("sizes of pieces")
    while intake.cursor is not None:
        cursors.append(intake.cursor)
        intake.take(SOURCE.piece(intake.cursor, random.randint(1, 900)))
    assert cursors[0] == BEGINNING
    assert len(set(cursors)) == len(cursors) == intake.count
    for cursor in cursors:
        first = decode(SOURCE.piece(cursor, 1), Piece)
        assert len(first.parts) == 1


def test_a_new_intake_goes_on_after_the_pieces_that_were_kept() -> None:
    intake, kept = StateIntake(HEADER), []
    while intake.cursor is not None:
        kept.append(SOURCE.piece(intake.cursor, 700))
        intake.take(kept[-1])
        again = StateIntake(HEADER)
        for piece in kept:
            again.take(piece)
        assert (again.cursor, again.count) == (intake.cursor, intake.count)


@given(st.integers(0, 40), st.integers(0, 400), st.integers(0, 7), st.integers(0, 3))
def test_what_is_spoiled_is_refused_and_the_right_piece_taken_after_it(
    skipped: int, at: int, bit: int, cut: int
) -> None:
    intake = StateIntake(HEADER)
    for _ in range(skipped):
        if isinstance(intake.cursor, NodesFrom):
            intake.take(SOURCE.piece(intake.cursor, 500))
    cursor = intake.cursor
    assert cursor is not None
    good = SOURCE.piece(cursor, 500 if isinstance(cursor, NodesFrom) else 2**20)
    bad = bytearray(good)
    bad[at % len(bad)] ^= 1 << bit
    del bad[len(bad) - cut :]
    try:
        intake.take(bytes(bad))
    except BadPiece:
        assert intake.cursor == cursor
        intake.take(good)
    else:
        pytest.fail("a spoiled piece was taken")


def test_pieces_that_are_empty_too_long_or_come_too_late_are_refused() -> None:
    intake = StateIntake(HEADER)
    with pytest.raises(BadPiece, match="it is empty"):
        intake.take(encode(Piece(())))
    whole = decode(SOURCE.piece(BEGINNING, 2**30), Piece)
    with pytest.raises(BadPiece, match="after the tree's last node"):
        intake.take(encode(Piece((*whole.parts, whole.parts[-1]))))
    taken(intake, 1_000)
    with pytest.raises(BadPiece, match="whole already"):
        intake.take(encode(whole))


def test_ids_of_another_order_or_number_are_refused_and_their_day_begun_anew() -> None:
    intake = StateIntake(HEADER)
    while isinstance(intake.cursor, NodesFrom):
        intake.take(SOURCE.piece(intake.cursor, 2**20))
    assert isinstance(intake.cursor, IdsFrom)
    day, before = intake.cursor.day, intake.count
    ids = list(SOURCE.ids(day, 0))
    intake.take(encode(Piece((ids[1], ids[0]))))  # nobody can tell yet
    assert intake.cursor == IdsFrom(day, 2)
    assert intake.count == before + 1
    with pytest.raises(BadPiece, match=f"the ids of day {day}"):
        intake.take(encode(Piece(tuple(ids[2:]))))
    assert (intake.cursor, intake.count) == (IdsFrom(day, 0), before)
    with pytest.raises(BadPiece, match=f"the ids of day {day}"):
        intake.take(encode(Piece((*ids, ids[0]))))
    with pytest.raises(BadPiece, match="32 bytes"):
        intake.take(encode(Piece((ids[0][:31],))))
    taken(intake, 100)
    assert intake.cursor is None


def test_a_place_where_nothing_lies_is_told() -> None:
    for cursor in (NodesFrom(200, bytes(32)), IdsFrom(TODAY, 999), IdsFrom(1, 0)):
        with pytest.raises(LookupError):
            SOURCE.piece(cursor, 100)


def test_of_another_block_s_state_nothing_is_taken() -> None:
    other: BlockHeader = msgspec.structs.replace(HEADER, state_root=bytes([1]) * 32)
    with pytest.raises(BadPiece, match="another one"):
        StateIntake(other).take(SOURCE.piece(BEGINNING, 100))


def test_the_fraction_grows_to_one() -> None:
    intake, seen = StateIntake(HEADER), []
    while intake.cursor is not None:
        seen.append(intake.fraction)
        intake.take(SOURCE.piece(intake.cursor, 400))
    seen.append(intake.fraction)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


# --- who sends pieces that help nobody ---


def test_a_piece_shorter_than_a_piece_is_refused_unless_nothing_follows_it() -> None:
    """Else a sender could draw a state out for ever, one node at a time."""
    intake = StateIntake(HEADER, least_bytes=600)
    while intake.cursor is not None:
        cursor, count = intake.cursor, intake.count
        short, whole = SOURCE.piece(cursor, 1), SOURCE.piece(cursor, 600)
        if short != whole:
            with pytest.raises(BadPiece, match="too short"):
                intake.take(short)
        assert (intake.cursor, intake.count) == (cursor, count)
        intake.take(whole)


def test_going_back_costs_the_present_day_alone() -> None:
    intake = StateIntake(HEADER)
    while isinstance(intake.cursor, NodesFrom):
        intake.take(SOURCE.piece(intake.cursor, 2_000))
        before = (intake.cursor, intake.count)
        intake.go_back()
        assert (intake.cursor, intake.count) == before, "nodes are proved as they come"
    assert isinstance(intake.cursor, IdsFrom)
    first, begun = intake.cursor, intake.count
    intake.take(SOURCE.piece(intake.cursor, 64))
    assert intake.count == begun + 1
    intake.go_back()
    assert (intake.cursor, intake.count) == (first, begun)
    intake.take(SOURCE.piece(intake.cursor, 2**20))
    second = intake.cursor
    intake.go_back()
    assert intake.cursor == second != first, "the first day is whole, and proved"
