"""Proofs of what a state holds, and of what it does not hold."""

from hashlib import sha256
from typing import Annotated

from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import EMPTY_DIGEST, Digest
from amanat.ledger.tree.tree_nodes import BIT_MASKS, DEPTH_MAX, leaf_digest, place


class StateProof(Structure, frozen=True):
    """Shows what a state holds under one key, or that it holds nothing there.

    Absence has two shapes: the key's path ends in an empty place (`other` is None), or in the leaf
    of another key, `other` being the digests of that key and of its value.
    """

    key: bytes
    value: bytes | None
    siblings: Annotated[tuple[Digest, ...], Meta(max_length=DEPTH_MAX)]
    """Digests beside the path, from the leaf upward."""
    other: tuple[Digest, Digest] | None

    def is_valid(self, root: Digest) -> bool:
        """Return whether this proves `value` (None: absence) under `key` in the state `root`."""
        path = sha256(self.key).digest()
        depth = len(self.siblings)
        if depth > DEPTH_MAX:
            return False
        if self.value is not None:
            if self.other is not None:
                return False
            found = leaf_digest(path, sha256(self.value).digest())
        elif self.other is not None:
            other_path, other_value = self.other
            # The length is checked again, for a proof that was built and not decoded: cut in
            # another place, the bytes that this very key's leaf hashes would name another key.
            if len(other_path) != 32 or other_path == path:
                return False
            if place(depth, other_path) != place(depth, path):
                return False
            found = leaf_digest(other_path, other_value)
        else:
            found = EMPTY_DIGEST
        for level, sibling in zip(range(depth - 1, -1, -1), self.siblings, strict=True):
            right = path[level >> 3] & BIT_MASKS[level & 7]
            pair = sibling + found if right else found + sibling
            found = sha256(b"\x01" + pair).digest()
        return found == root
