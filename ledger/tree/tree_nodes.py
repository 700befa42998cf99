"""The nodes of the state tree: what they hash to, where they are kept, how they are read back.

The path of a key is the bits of its SHA-256 digest, most significant first::

    leaf   = sha256(0x00 || sha256(key) || sha256(value))
    branch = sha256(0x01 || left || right)
    empty  = 32 zero bytes

A node's record lies under ``version || depth || path down to that depth``, where the version is the
one that wrote it: a record is never overwritten, a block's records lie side by side, and what an
update makes stale can be named exactly. A record starts with the byte that the hash starts with::

    leaf   = 0x00 || length of the key (4 bytes) || key || value
    branch = 0x01 || left || right || version of left (8 bytes) || version of right (8 bytes)

What is loaded must hash to the digest by which its parent names it.
"""

from hashlib import sha256
from typing import Annotated, Final, Protocol, TypeAlias, final

import msgspec
from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import EMPTY_DIGEST, Digest

DEPTH_MAX: Final = 256
"""Bits in a path."""

NO_VERSION: Final = bytes(8)
"""Stands in a branch's record for the version of an empty child."""

BIT_MASKS: Final = tuple(0x80 >> bit for bit in range(8))
"""The bits of a byte in the order in which a path takes them."""

# By how many bits of the last byte belong to the path, and by that byte: the byte with the rest
# cleared, and the same with the next bit set.
_MASKED: Final = tuple(
    tuple(bytes([byte & ~(0xFF >> bits)]) if bits else b"" for byte in range(256))
    for bits in range(8)
)
_TURNED: Final = tuple(
    tuple(bytes([byte & ~(0xFF >> bits) | 0x80 >> bits]) for byte in range(256))
    for bits in range(8)
)
_DEPTHS: Final = tuple(depth.to_bytes(2, "big") for depth in range(DEPTH_MAX + 1))


class MissingNode(LookupError):  # noqa: N818 - named for what happened
    """A node that the tree refers to is not in its source: the storage is damaged or pruned."""


class CorruptNode(ValueError):  # noqa: N818 - named for what happened
    """A node's record does not hash to the digest by which its parent names it."""


class NodeSource(Protocol):
    """Where the records of nodes are kept."""

    def load(self, key: bytes) -> bytes:
        """Return the record under `key`; raise `MissingNode` when there is none."""
        ...


class NodeRef(Structure, frozen=True):
    """How a stored root is named: the version that wrote it, and its digest."""

    version: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    digest: Digest


@final
class Stub(msgspec.Struct, gc=False):
    """A node that is not loaded. Versions are 8 bytes, big-endian, as records hold them."""

    version: bytes
    digest: Digest


@final
class Leaf(msgspec.Struct, gc=False):
    """A key and its value; `path` is the key's digest."""

    version: bytes
    digest: Digest
    path: bytes
    key: bytes
    value: bytes

    def record(self) -> bytes:
        """Return what is stored."""
        return b"\x00" + len(self.key).to_bytes(4, "big") + self.key + self.value


@final
class Branch(msgspec.Struct, gc=False):
    """Two subtrees. They change in one way only: a stub gives way to the node it stands for."""

    version: bytes
    digest: Digest
    left: "Node | None"
    right: "Node | None"

    def hashed(self) -> bytes:
        """Return what its digest is of."""
        left = EMPTY_DIGEST if self.left is None else self.left.digest
        right = EMPTY_DIGEST if self.right is None else self.right.digest
        return b"\x01" + left + right


Loaded: TypeAlias = Leaf | Branch
Node: TypeAlias = Leaf | Branch | Stub


def leaf_digest(path: bytes, value_digest: bytes) -> Digest:
    """Return the digest of the leaf at `path`."""
    return sha256(b"\x00" + path + value_digest).digest()


def new_leaf(version: bytes, key: bytes, value: bytes) -> Leaf:
    """Return the leaf that holds `value` under `key`."""
    path = sha256(key).digest()
    return Leaf(version, leaf_digest(path, sha256(value).digest()), path, key, value)


def place(depth: int, path: bytes) -> bytes:
    """Return what follows the version in a node's key: its depth and its path so far."""
    bits = depth & 7
    if bits:
        whole = depth >> 3
        return _DEPTHS[depth] + path[:whole] + _MASKED[bits][path[whole]]
    return _DEPTHS[depth] + path[: depth >> 3]


def right_of(depth: int, path: bytes) -> bytes:
    """Return the least path that leaves `path` at `depth` to the right, without its zero bytes.

    It sorts after every path of the left subtree and not after any of the right one.
    """
    whole = depth >> 3
    return path[:whole] + _TURNED[depth & 7][path[whole]]


def load(source: NodeSource, stub: Stub, depth: int, path: bytes) -> Loaded:
    """Return the node that `stub` stands for, at `depth` on `path`.

    Raises:
        MissingNode: the source does not have it.
        CorruptNode: what the source has is not that node.
    """
    key = stub.version + place(depth, path)
    record = source.load(key)
    node: Loaded
    if record[:1] == b"\x01" and len(record) == 81:
        left, right = record[1:33], record[33:65]
        node = Branch(
            stub.version,
            sha256(record[:65]).digest(),
            None if left == EMPTY_DIGEST else Stub(record[65:73], left),
            None if right == EMPTY_DIGEST else Stub(record[73:], right),
        )
    else:
        end = 5 + int.from_bytes(record[1:5], "big")
        node = new_leaf(stub.version, record[5:end], record[end:])
        if node.record() != record:
            raise CorruptNode(f"the record of node {key.hex()} has no known form")
    if node.digest != stub.digest:
        raise CorruptNode(f"the record of node {key.hex()} does not hash to {stub.digest.hex()}")
    return node
