"""One update of the state tree: a batch of changes, made in one pass from the root."""

from bisect import bisect_left, insort
from collections.abc import Mapping
from hashlib import sha256

from amanat.ledger.identifiers import EMPTY_DIGEST
from amanat.ledger.tree.tree_nodes import (
    BIT_MASKS,
    NO_VERSION,
    Branch,
    Leaf,
    Loaded,
    Node,
    NodeSource,
    Stub,
    leaf_digest,
    load,
    place,
    right_of,
)


class Batch:
    """One update in progress.

    A branch is written when it is made. A leaf is written by its parent, because only then is it
    known where it comes to rest: it may rise while the places beside it fall empty.
    """

    __slots__ = ("leaves", "loads", "paths", "replaced", "source", "version", "written")

    def __init__(
        self, source: NodeSource, version: bytes, changes: Mapping[bytes, bytes | None]
    ) -> None:
        hashed = sorted([(sha256(key).digest(), key, value) for key, value in changes.items()])
        self.source = source
        self.version = version
        self.paths = [path for path, _, _ in hashed]
        self.leaves = [
            None
            if value is None
            else Leaf(version, leaf_digest(path, sha256(value).digest()), path, key, value)
            for path, key, value in hashed
        ]
        self.written: list[tuple[bytes, bytes]] = []
        self.replaced: list[bytes] = []
        self.loads = 0

    def put(self, node: Loaded | None, depth: int, start: int, end: int) -> Node | None:
        """Make the changes [start, end), which all pass through `node`, which is at `depth`."""
        if type(node) is not Branch:
            return self.plant(node, depth, start, end) if start < end else node
        if start == end:
            return node
        path = self.paths[start]
        whole, bits = depth >> 3, depth & 7
        if end - start == 1:
            middle = start if path[whole] & BIT_MASKS[bits] else end
        else:
            middle = bisect_left(self.paths, right_of(depth, path), start, end)
        left, right = node.left, node.right
        if start < middle:
            if type(left) is Stub:
                left = node.left = self.fetch(left, depth + 1, path)
            left = self.put(left, depth + 1, start, middle)
        if middle < end:
            if type(right) is Stub:
                right = node.right = self.fetch(right, depth + 1, self.paths[middle])
            right = self.put(right, depth + 1, middle, end)
        if left is node.left and right is node.right:
            return node
        here = place(depth, path)
        self.replaced.append(node.version + here)
        return self.join(left, right, here, depth)

    def plant(self, node: Leaf | None, depth: int, start: int, end: int) -> Node | None:
        """Make the changes [start, end) where a leaf or nothing stands."""
        if end - start == 1 and (node is None or node.path == self.paths[start]):
            leaf = self.leaves[start]  # nearly always: a key that is there gets a new value
            if node is not None:
                if leaf is not None and leaf.digest == node.digest:
                    return node
                self.replaced.append(node.version + place(depth, node.path))
            return leaf
        leaves = [leaf for leaf in self.leaves[start:end] if leaf is not None]
        if node is not None:
            at = bisect_left(self.paths, node.path, start, end)
            if at == end or self.paths[at] != node.path:
                if not leaves:
                    return node
                moved = Leaf(self.version, node.digest, node.path, node.key, node.value)
                insort(leaves, moved, key=_path_of)
            elif len(leaves) == 1 and leaves[0].digest == node.digest:
                return node
            self.replaced.append(node.version + place(depth, node.path))
        return self.grow(leaves, depth)

    def grow(self, leaves: list[Leaf], depth: int) -> Node | None:
        """Build the subtree at `depth` of new leaves, which are in order."""
        if len(leaves) <= 1:
            return leaves[0] if leaves else None
        path = leaves[0].path
        middle = bisect_left(leaves, right_of(depth, path), key=_path_of)
        left = self.grow(leaves[:middle], depth + 1)
        right = self.grow(leaves[middle:], depth + 1)
        return self.join(left, right, place(depth, path), depth)

    def join(self, left: Node | None, right: Node | None, here: bytes, depth: int) -> Node | None:
        """Return the node at the place `here` above two subtrees; a leaf that is alone rises."""
        if left is None or right is None:
            alone = right if left is None else left
            if alone is None:
                return None
            if type(alone) is Stub:
                path = here[2:].ljust(32, b"\x00")
                way = right_of(depth, path).ljust(32, b"\x00") if left is None else path
                alone = self.fetch(alone, depth + 1, way)
                left, right = (None, alone) if left is None else (alone, None)
            if type(alone) is Leaf:
                return self.raised(alone, depth)
        version = self.version
        left_version = right_version = NO_VERSION
        left_digest = right_digest = EMPTY_DIGEST
        if left is not None:
            left_version, left_digest = left.version, left.digest
            if type(left) is Leaf and left_version == version:
                self.written.append((version + place(depth + 1, left.path), left.record()))
        if right is not None:
            right_version, right_digest = right.version, right.digest
            if type(right) is Leaf and right_version == version:
                self.written.append((version + place(depth + 1, right.path), right.record()))
        hashed = b"\x01" + left_digest + right_digest
        self.written.append((version + here, hashed + left_version + right_version))
        return Branch(version, sha256(hashed).digest(), left, right)

    def raised(self, leaf: Leaf, depth: int) -> Leaf:
        """Return `leaf`, which stood at `depth` + 1, as the leaf that stands at `depth`."""
        if leaf.version == self.version:
            return leaf
        self.replaced.append(leaf.version + place(depth + 1, leaf.path))
        return Leaf(self.version, leaf.digest, leaf.path, leaf.key, leaf.value)

    def fetch(self, stub: Stub, depth: int, path: bytes) -> Loaded:
        """Load the node at `depth` on `path`."""
        self.loads += 1
        return load(self.source, stub, depth, path)


def _path_of(leaf: Leaf) -> bytes:
    return leaf.path
