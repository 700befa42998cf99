"""The ledger's states as snapshots: `amanat.consensus.interface.States` over a node's database.

To take a snapshot costs nothing: the tree of every final block stays readable, so the state after
one is served while the node goes on. To take one in, each piece is checked against the block's
header and then kept in the staging area; whatever is there when the node starts is checked again.
"""

from collections.abc import Iterator, Sequence

from amanat.consensus.log_entry import LINEAGE_BYTES_MAX, Entry
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.blocks import Block
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.identifiers import Digest
from amanat.ledger.state import EXECUTED
from amanat.ledger.tree.state_intake import BadPiece, StateIntake
from amanat.ledger.tree.state_pieces import PIECE_BYTES, Cursor, read_piece
from amanat.ledger.tree.state_tree import StateTree
from amanat.node.eras import BadEra, follow, read_lineage, write_lineage
from amanat.node.provable import eras
from amanat.node.store import Store


class Snapshots:
    """The states of one node, as others get them, and the one that it gets from others."""

    def __init__(
        self,
        store: Store,
        genesis: AuthoritySet,
        *,
        keeps_all: bool = False,
        piece_bytes: int = PIECE_BYTES,
    ) -> None:
        """Go on with what is in the staging area.

        Args:
            store: the node's database.
            genesis: the authorities that founded the network.
            keeps_all: whether this is an archive, which must not skip a block.
            piece_bytes: after so many bytes a piece ends, in the whole network alike.
        """
        self._store = store
        self._genesis = genesis
        self._keeps_all = keeps_all
        self._piece_bytes = piece_bytes
        self._intake: StateIntake | None = None
        staged = store.staging.snapshot
        if staged is not None:
            self._intake = self._begin(staged.entry)
            self._take_again(self._intake)

    def _take_again(self, intake: StateIntake) -> None:
        for number, content in enumerate(self._store.staging.pieces()):
            if number < intake.count:
                continue
            try:
                intake.take(content)
            except BadPiece:
                return  # pieces of an earlier try at the same day follow the last one

    @property
    def fraction(self) -> float:
        """How much of the state is taken in, from 0 to 1."""
        return self._intake.fraction if self._intake is not None else 0.0

    # --- for others -------------------------------------------------------------------------------

    def lineage(self, height: int) -> bytes | None:
        """Return the eras up to the final block at `height`.

        None if it is not applied yet; or if their proofs are too long for a message, because this
        node keeps few certificates of a time when it was far behind.
        """
        if self._store.header(height) is None:
            return None
        lineage = write_lineage(eras(self._store, height))
        return lineage if len(lineage) <= LINEAGE_BYTES_MAX else None

    def piece(self, height: int, cursor: bytes) -> bytes | None:
        """Return the piece at `cursor` of the state after the block at `height`, if it is kept."""
        tree = self._store.tree(height)
        if tree is None:
            return None
        try:
            start: Cursor = decode(cursor, Cursor)  # type: ignore[arg-type]  # a union is no class
            return read_piece(tree, _ExecutedUpTo(self._store, tree), start, self._piece_bytes)
        except (EncodingError, LookupError):
            return None  # whoever asks has another state in mind

    # --- from others ------------------------------------------------------------------------------

    def follow(self, lineage: bytes) -> Sequence[Configuration] | None:
        """Return every configuration that `lineage` proves, or None if it proves none."""
        try:
            return follow(self._genesis, self._store.chain, read_lineage(lineage))
        except (EncodingError, BadEra):
            return None

    def begin(self, entry: Entry) -> bool:
        """Get ready to take in the state after `entry`, which vouches for its block.

        An archive does not, unless it is new: it waits for somebody who has all the blocks.
        """
        if self._keeps_all and self._store.applied().height > 0:
            return False
        self._intake = self._begin(entry)
        return True

    def take(self, content: bytes) -> str | None:
        """Take the next piece. Return what is wrong with it, or None."""
        if self._intake is None:
            return "no piece is wanted"
        try:
            self._intake.take(content)
        except BadPiece as bad:
            return str(bad)
        return None

    def go_back(self) -> None:
        """Drop the last pieces as far as it is not proved yet that they are of the state."""
        if self._intake is not None:
            self._intake.go_back()

    def _begin(self, entry: Entry) -> StateIntake:
        header = decode(entry.payload, Block, bytes_max=len(entry.payload)).header
        return StateIntake(header, least_bytes=self._piece_bytes)

    @property
    def cursor(self) -> bytes | None:
        """Where the next piece begins; None if none is wanted."""
        cursor = self._intake.cursor if self._intake is not None else None
        return encode(cursor) if cursor is not None else None

    @property
    def count(self) -> int:
        """How many pieces were taken that stand."""
        return self._intake.count if self._intake is not None else 0


class _ExecutedUpTo:
    """The transactions executed up to a state, of those that the database holds."""

    def __init__(self, store: Store, tree: StateTree) -> None:
        self._store = store
        self._tree = tree

    def __call__(self, day: int, number: int) -> Iterator[Digest]:
        raw = self._tree.get(EXECUTED.key(day))
        most = EXECUTED.decode(raw).count if raw is not None else 0
        for _, transaction in zip(
            range(number, most), self._store.executed(day, number), strict=False
        ):
            yield transaction
