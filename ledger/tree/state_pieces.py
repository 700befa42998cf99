"""The state after one block, in pieces, for a node that has none of the blocks before it.

First come the nodes of the state tree, each before what is below it, left before right; then the
ids of executed transactions that could still be sent again, day by day, in the order in which they
were executed. A cursor says where a piece begins. It follows from the pieces before it, so whoever
has the state can serve any piece, and whoever was interrupted goes on with somebody else.

`state_intake` checks pieces as they come.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest
from amanat.ledger.tree.state_tree import StateTree
from amanat.ledger.tree.tree_nodes import DEPTH_MAX, Branch

PIECE_BYTES: Final = 1024 * 1024
"""After this many bytes a piece ends."""


class NodesFrom(Structure, frozen=True, tag="nodes"):
    """The piece begins with the tree's node at `depth` on `path`."""

    depth: Annotated[int, Meta(ge=0, le=DEPTH_MAX)]
    path: Digest


class IdsFrom(Structure, frozen=True, tag="ids"):
    """The piece begins with the transaction that was executed as number `number` of `day`."""

    day: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    number: Annotated[int, Meta(ge=0, le=2**63 - 1)]


Cursor: TypeAlias = NodesFrom | IdsFrom

START: Final = NodesFrom(0, bytes(32))
"""Where the first piece begins."""


class Piece(Structure, frozen=True):
    """Successive nodes as the tree hashes them (a leaf as its record), or ids of one day."""

    parts: tuple[bytes, ...]


def read_piece(
    tree: StateTree,
    executed: Callable[[int, int], Iterator[Digest]],
    cursor: Cursor,
    bytes_max: int = PIECE_BYTES,
) -> bytes:
    """Return the encoded piece of a state that begins at `cursor`.

    Args:
        tree: the state.
        executed: yields the ids executed of a day, from a number on.
        cursor: where the piece begins.
        bytes_max: after so many bytes it ends.

    Raises:
        LookupError: nothing lies at `cursor`, or what does could not be loaded.
    """
    if isinstance(cursor, IdsFrom):
        return _piece(executed(cursor.day, cursor.number), bytes_max)
    nodes = tree.nodes(cursor.depth, cursor.path)
    return _piece(
        (node.hashed() if type(node) is Branch else node.record() for node in nodes), bytes_max
    )


def _piece(parts: Iterator[bytes], bytes_max: int) -> bytes:
    first = next(parts, None)
    if first is None:
        raise LookupError("nothing lies at the cursor")
    taken, size = [], 0
    for part in chain([first], parts):
        taken.append(part)
        size += len(part)
        if size >= bytes_max:
            break
    return encode(Piece(tuple(taken)))
