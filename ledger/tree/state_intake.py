"""Takes in the pieces of a state, and believes nothing that its root does not commit to.

The root is that of a certified block. It fixes the digest of every node before the node comes: a
wrong one is found in the piece that brings it. It fixes the digest of each day's executed ids: a
wrong one is found at the end of its day, and the day is begun anew.
"""

from collections import deque
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from amanat.ledger.blocks import BlockHeader
from amanat.ledger.encoding import EncodingError, decode
from amanat.ledger.executed import ExecutedDay, Turn, day_of
from amanat.ledger.identifiers import EMPTY_DIGEST, Digest
from amanat.ledger.state import EXECUTED
from amanat.ledger.tree.state_pieces import START, Cursor, IdsFrom, NodesFrom, Piece
from amanat.ledger.tree.tree_nodes import DEPTH_MAX, NO_VERSION, new_leaf, place, right_of

NO_IDS: Final = ExecutedDay(0, EMPTY_DIGEST)

_DAY_KEY: Final = EXECUTED.key(0)[:-1]
"""What the key of every entry of `EXECUTED` begins with."""


class BadPiece(ValueError):  # noqa: N818 - what it is
    """A piece, or an earlier one of its day, is not part of the state. Nothing of it was taken."""


@dataclass(slots=True)
class Contents:
    """What a piece brought."""

    records: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Nodes of the tree, by the keys under which they are to be stored."""
    entries: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Entries of the state: key and value."""
    executed: list[tuple[Turn, Digest]] = field(default_factory=list)
    """Executed transactions that could still be sent again."""


@dataclass(frozen=True, slots=True)
class _Place:
    digest: Digest
    depth: int
    path: bytes


class StateIntake:
    """The intake of the state after one block. `cursor` says what is to come next."""

    def __init__(self, header: BlockHeader, *, least_bytes: int = 0) -> None:
        """`header` is that of a final block; no piece but a last one is of less than `least_bytes`.

        So nobody can draw it out by sending the state one node at a time.
        """
        self._least_bytes = least_bytes
        self._version = header.height.to_bytes(8, "big")
        self._today = day_of(header.time)
        self._wanted = [_Place(header.state_root, 0, bytes(32))]
        """The roots of subtrees that are still to come, the next one last."""
        self._open_days: dict[int, ExecutedDay] = {}
        self._days: deque[int] = deque()
        """The days whose ids are still to come; known once the tree is whole."""
        self._rolled = NO_IDS
        """What the ids of the first of them add up to so far."""
        self.count = 0
        """Pieces taken; it goes back to where a day began whose ids were not the right ones."""
        self._day_began = 0
        if header.state_root == EMPTY_DIGEST:
            self._wanted.clear()

    @property
    def cursor(self) -> Cursor | None:
        """Where the next piece begins; None once the state is whole."""
        if self._wanted:
            following = self._wanted[-1]
            return NodesFrom(following.depth, following.path)
        return IdsFrom(self._days[0], self._rolled.count) if self._days else None

    @property
    def fraction(self) -> float:
        """How much of the tree is taken in, from 0 to 1: the share of all paths. For people."""
        if not self._wanted:
            return 1.0
        if self.cursor == START:
            return 0.0
        return int.from_bytes(self._wanted[-1].path[:6], "big") / 2**48

    def take(self, encoded: bytes) -> Contents:
        """Take the piece that begins at `cursor`.

        Raises:
            BadPiece: it is not that piece, or nothing is to come any more. Nothing was taken.
        """
        try:
            piece = decode(encoded, Piece, bytes_max=len(encoded))
        except EncodingError as error:
            raise BadPiece(f"it is {error}") from error
        if not piece.parts:
            raise BadPiece("it is empty")
        if self.cursor is None:
            raise BadPiece("the state is whole already")
        contents = self._take_nodes(piece) if self._wanted else self._take_ids(piece)
        self.count += 1
        return contents

    def go_back(self) -> None:
        """Begin the present day anew: whether its ids so far are the right ones is not known."""
        if self._rolled != NO_IDS:
            self._rolled, self.count = NO_IDS, self._day_began

    def _check_size(self, piece: Piece) -> None:
        if sum(map(len, piece.parts)) < self._least_bytes:
            raise BadPiece("it is too short, and more is to come")

    def _take_nodes(self, piece: Piece) -> Contents:
        contents, wanted = Contents(), list(self._wanted)
        for node in piece.parts:
            if not wanted:
                raise BadPiece("it goes on after the tree's last node")
            contents.records.append(self._node(wanted, node, contents.entries))
        if wanted:
            self._check_size(piece)
        self._wanted = wanted
        for key, value in contents.entries:
            self._note_day(key, value)
        if not wanted:
            self._days = deque(sorted(self._open_days))
            self._day_began = self.count + 1
        return contents

    def _node(
        self, wanted: list[_Place], node: bytes, entries: list[tuple[bytes, bytes]]
    ) -> tuple[bytes, bytes]:
        """Return the key and record of a node that is the next one wanted."""
        at = wanted.pop()
        where = f"the node at depth {at.depth} on {at.path.hex()[:16]}"
        stored = self._version + place(at.depth, at.path)
        if len(node) == 65 and node[:1] == b"\x01":
            if sha256(node).digest() != at.digest or at.depth == DEPTH_MAX:
                raise BadPiece(f"{where} is another one")
            left, right = node[1:33], node[33:]
            turn = right_of(at.depth, at.path).ljust(32, b"\x00")
            if right != EMPTY_DIGEST:
                wanted.append(_Place(right, at.depth + 1, turn))
            if left != EMPTY_DIGEST:
                wanted.append(_Place(left, at.depth + 1, at.path))
            versions = [
                NO_VERSION if each == EMPTY_DIGEST else self._version for each in (left, right)
            ]
            return stored, node + b"".join(versions)
        end = 5 + int.from_bytes(node[1:5], "big")
        leaf = new_leaf(self._version, node[5:end], node[end:])
        lies_here = place(at.depth, leaf.path) == place(at.depth, at.path)
        if leaf.digest != at.digest or leaf.record() != node or not lies_here:
            raise BadPiece(f"{where} is another one")
        entries.append((leaf.key, leaf.value))
        return stored, node

    def _note_day(self, key: bytes, value: bytes) -> None:
        if not key.startswith(_DAY_KEY):
            return
        _, day = decode(key, tuple[str, int])
        if day >= self._today:  # of earlier days none can be sent again
            self._open_days[day] = decode(value, ExecutedDay)

    def _take_ids(self, piece: Piece) -> Contents:
        day, rolled = self._days[0], self._rolled
        executed = []
        for transaction in piece.parts:
            if len(transaction) != 32:
                raise BadPiece("an id is not 32 bytes long")
            executed.append((Turn(day, rolled.count), transaction))
            rolled = rolled.followed_by(transaction)
        whole = self._open_days[day]
        if rolled.count > whole.count or (rolled.count == whole.count and rolled != whole):
            self.go_back()
            raise BadPiece(f"the ids of day {day} are not those of the executed transactions")
        if rolled != whole:
            self._check_size(piece)
        self._rolled = rolled
        if rolled == whole:
            self._days.popleft()
            self._rolled, self._day_began = NO_IDS, self.count + 1
        return Contents(executed=executed)
