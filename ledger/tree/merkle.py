"""The Merkle tree of RFC 6962 §2.1: one root over a list, and short proofs of what is in it.

Leaves and nodes are hashed behind different bytes, so neither can pass for the other, and a last
node without a partner goes up as it is instead of being paired with itself.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from amanat.ledger.identifiers import Digest

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root over an empty list (RFC 6962 §2.1)."""


def root(leaves: Sequence[bytes]) -> Digest:
    """Return the root over `leaves`, in their order."""
    level = [_leaf(leaf) for leaf in leaves]
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        level = _above(level)
    return level[0]


def prove(leaves: Sequence[bytes], index: int) -> tuple[Digest, ...]:
    """Return the path that shows `leaves[index]` to be in the list, from the leaf upward.

    Raises:
        IndexError: not 0 <= index < len(leaves).
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"index {index} of {len(leaves)} leaves")
    level = [_leaf(leaf) for leaf in leaves]
    path = []
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level = _above(level)
        index >>= 1
    return tuple(path)


def sides(index: int, size: int) -> tuple[bool, ...]:
    """Return, for each digest of the path of leaf `index` of `size`, whether it stands left.

    Requires 0 <= index < size.
    """
    found = []
    last = size - 1
    while last:
        if index & 1 or index < last:  # else it has no partner at this level
            found.append(bool(index & 1))
        index >>= 1
        last >>= 1
    return tuple(found)


def check(leaf: bytes, index: int, size: int, path: Sequence[Digest], expected: Digest) -> bool:
    """Return whether `path` shows `leaf` at `index` of the `size` leaves under root `expected`.

    The root does not commit to the size: two sizes that give the same sides (leaf 0 of 3 and of
    4) pass alike, so the size must come from where the root comes from.
    """
    if not 0 <= index < size:
        return False
    ways = sides(index, size)
    if len(path) != len(ways):
        return False
    found = _leaf(leaf)
    for beside, left in zip(path, ways, strict=True):
        found = _node(beside, found) if left else _node(found, beside)
    return found == expected


def _leaf(data: bytes) -> Digest:
    return sha256(b"\x00" + data).digest()


def _node(left: Digest, right: Digest) -> Digest:
    return sha256(b"\x01" + left + right).digest()


def _above(level: list[Digest]) -> list[Digest]:
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [_node(left, right) for left, right in pairs]
    if len(level) % 2:
        above.append(level[-1])
    return above
