"""The state as a compact sparse Merkle tree: one root commits to every key and its value.

A subtree that holds one leaf *is* that leaf, so depth grows with the logarithm of the number of
keys (the compaction of Diem's Jellyfish tree, here in binary form). `tree_nodes` has the hashes
and the records, `tree_batch` the update, `state_proof` the proofs.

Trees are persistent: an update gives a new tree that shares all it did not touch with the old
one, and both stay valid. So a block that is not final yet is a tree, and forgetting it is free.
An update costs what it touches, not what the state holds.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

from amanat.ledger.identifiers import EMPTY_DIGEST, Digest
from amanat.ledger.tree.state_proof import StateProof
from amanat.ledger.tree.tree_batch import Batch
from amanat.ledger.tree.tree_nodes import (
    BIT_MASKS,
    Branch,
    CorruptNode,
    Leaf,
    Loaded,
    MissingNode,
    Node,
    NodeRef,
    NodeSource,
    Stub,
    load,
    place,
    right_of,
)

__all__ = [
    "CorruptNode",
    "MissingNode",
    "NodeRef",
    "NodeSource",
    "StateProof",
    "StateTree",
    "TreeUpdate",
]

# For each byte of a path, whether the way goes right at each of its bits.
_WAYS: Final = tuple(tuple(bool(byte & mask) for mask in BIT_MASKS) for byte in range(256))


class TreeUpdate(NamedTuple):
    """A new tree and what storing it takes."""

    tree: "StateTree"
    written: list[tuple[bytes, bytes]]
    """Key and record of every node that is new."""
    replaced: list[bytes]
    """Keys of the nodes that the new tree no longer refers to."""


class StateTree:
    """The state at one version. Immutable: what changes is only how much of it is in memory."""

    __slots__ = ("_resident", "_root", "_source")

    def __init__(self, root: Node | None, source: NodeSource, resident: int) -> None:
        self._root = root
        self._source = source
        self._resident = resident

    @staticmethod
    def empty(source: NodeSource) -> "StateTree":
        """Return the tree that holds nothing."""
        return StateTree(None, source, 0)

    @staticmethod
    def open(ref: NodeRef | None, source: NodeSource) -> "StateTree":
        """Return the stored tree whose root is `ref`, None being the empty one; loads nothing."""
        if ref is None:
            return StateTree.empty(source)
        return StateTree(Stub(ref.version.to_bytes(8, "big"), ref.digest), source, 0)

    @property
    def root(self) -> Digest:
        """The digest that commits to the whole state; 32 zero bytes when it is empty."""
        return EMPTY_DIGEST if self._root is None else self._root.digest

    @property
    def ref(self) -> NodeRef | None:
        """What to store so that `open` finds this tree again."""
        if self._root is None:
            return None
        return NodeRef(int.from_bytes(self._root.version, "big"), self._root.digest)

    @property
    def resident(self) -> int:
        """About how many nodes are in memory; trees that share nodes each count them."""
        return self._resident

    def shed(self) -> "StateTree":
        """Return this tree with no node loaded. Its records must be in the source by then."""
        return StateTree.open(self.ref, self._source)

    def get(self, key: bytes) -> bytes | None:
        """Return the value under `key`, or None.

        Raises:
            MissingNode, CorruptNode: a node on the way could not be loaded.
        """
        leaf = self._find(sha256(key).digest())
        return leaf.value if leaf is not None and leaf.key == key else None

    def prove(self, key: bytes) -> StateProof:
        """Return the proof of what is, or is not, under `key`. Raises as `get` does."""
        path = sha256(key).digest()
        leaf = self._find(path)
        siblings: list[Digest] = []
        node = self._root
        while type(node) is Branch:
            right = path[len(siblings) >> 3] & BIT_MASKS[len(siblings) & 7]
            node, beside = (node.right, node.left) if right else (node.left, node.right)
            siblings.append(EMPTY_DIGEST if beside is None else beside.digest)
        siblings.reverse()
        if leaf is None:
            return StateProof(key, None, tuple(siblings), None)
        if leaf.key == key:
            return StateProof(key, leaf.value, tuple(siblings), None)
        other = (leaf.path, sha256(leaf.value).digest())
        return StateProof(key, None, tuple(siblings), other)

    def _find(self, path: bytes) -> Leaf | None:
        """Return the leaf in which `path` ends, None for an empty place; all above it is loaded."""
        node = self._loaded_root()
        if type(node) is not Branch:
            return node
        depth = 0
        for byte in path:
            for right in _WAYS[byte]:
                below = node.right if right else node.left
                depth += 1
                if type(below) is not Branch:
                    if type(below) is Stub:
                        below = load(self._source, below, depth, path)
                        self._resident += 1
                        if right:
                            node.right = below
                        else:
                            node.left = below
                    if type(below) is not Branch:
                        return below
                node = below
        raise AssertionError("a branch below the last bit of a path")

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield every key and value in the order of their paths; keeps nothing in memory."""
        for node in self.nodes(0, bytes(32)):
            if type(node) is Leaf:
                yield node.key, node.value

    def nodes(self, depth: int, path: bytes) -> Iterator[Loaded]:
        """Yield the node at `depth` on `path` and all after it, each before what is below it.

        Keeps nothing in memory but the way to where it is.

        Raises:
            LookupError: there is no such node, or one could not be loaded (`MissingNode`).
            CorruptNode: what was loaded is not the node.
        """
        pending: list[tuple[Node | None, int, bytes]] = []
        node, here = self._root, bytes(32)
        for at in range(depth):
            if type(node) is Stub:
                node = load(self._source, node, at, here)
            if type(node) is not Branch:
                raise LookupError(f"no node lies at depth {depth} on {path.hex()}")
            turn = right_of(at, here).ljust(32, b"\x00")
            if path[at >> 3] & BIT_MASKS[at & 7]:
                node, here = node.right, turn
            else:
                pending.append((node.right, at + 1, turn))
                node = node.left
        if node is None and depth:
            raise LookupError(f"no node lies at depth {depth} on {path.hex()}")
        pending.append((node, depth, here))
        while pending:
            node, depth, here = pending.pop()
            if type(node) is Stub:
                node = load(self._source, node, depth, here)
            if type(node) is Branch:
                turn = right_of(depth, here).ljust(32, b"\x00")
                pending.append((node.right, depth + 1, turn))
                pending.append((node.left, depth + 1, here))
            if type(node) is Leaf or type(node) is Branch:
                yield node

    def update(self, changes: Mapping[bytes, bytes | None], version: int) -> TreeUpdate:
        """Return the tree with `changes` made, None deleting a key.

        Args:
            changes: new values by key; a value that is already there writes nothing.
            version: later than that of every node in this tree; the block's height.

        Raises:
            ValueError: `version` is not later, and would write over a stored node.
            MissingNode, CorruptNode: a node on the way could not be loaded.
        """
        root = self._loaded_root()
        stamp = version.to_bytes(8, "big")
        if root is not None and stamp <= root.version:
            raise ValueError(f"version {version} does not follow version {self.ref}")
        batch = Batch(self._source, stamp, changes)
        changed = batch.put(root, 0, 0, len(batch.paths))
        if type(changed) is Leaf and changed.version == stamp:
            batch.written.append((stamp + place(0, b""), changed.record()))
        grown = batch.loads + len(batch.written) - len(batch.replaced)
        tree = StateTree(changed, self._source, self._resident + grown)
        return TreeUpdate(tree, batch.written, batch.replaced)

    def _loaded_root(self) -> Loaded | None:
        root = self._root
        if type(root) is Stub:
            root = self._root = load(self._source, root, 0, b"")
            self._resident += 1
        return root
