"""A node's record of its chain, as it is handed to an auditor, and read from one.

record = [[[header: bytes, signature, leader certificate | nil], …], commit certificate]
"""

from collections.abc import Sequence

from amanat.consensus.forensics import Link, Record
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.encoding import EncodingError, Structure, decode, encode
from amanat.ledger.identifiers import Digest, Signature
from amanat.node.store import Store

ITEMS_MAX = 500
"""Blocks in one part of a record."""


class RecordedBlock(Structure, frozen=True):
    """One block of a record."""

    header: bytes
    signature: Signature
    leader_certificate: LeaderCertificate | None


class RecordPart(Structure, frozen=True):
    """Successive blocks, and the certificate of the last final block that has one."""

    blocks: tuple[RecordedBlock, ...]
    commit: CommitCertificate


class BadRecord(ValueError):  # noqa: N818 - what it is
    """What a node shows as its record is none."""


def part(store: Store, first: int) -> RecordPart | None:
    """Return up to `ITEMS_MAX` blocks from height `first` on; None while nothing is final."""
    commit = store.applied().certificate
    if commit is None:
        return None
    last = min(commit.block.height, first + ITEMS_MAX - 1)
    blocks = []
    for height in range(first, last + 1):
        entry, header = store.entry(height), store.header(height)
        if entry is None or header is None:
            break
        blocks.append(RecordedBlock(encode(header), entry.signature, entry.leader_certificate))
    return RecordPart(tuple(blocks), commit)


def joined(parts: Sequence[bytes], chain: Digest) -> Record:
    """Return the record that these parts make.

    Raises:
        BadRecord: they are not canonical, of another chain, or do not fit together.
    """
    links: list[Link] = []
    commit = None
    try:
        for raw in parts:
            read = decode(raw, RecordPart, bytes_max=len(raw))
            links += [_link(block, chain) for block in read.blocks]
            commit = read.commit
    except EncodingError as error:
        raise BadRecord(f"a part of the record is {error}") from error
    if commit is None:
        raise BadRecord("the record has no part")
    # The node may have gone on while it was asked: what lies beyond the certificate is not final.
    return Record(tuple(links[: commit.block.height]), commit)


def _link(recorded: RecordedBlock, chain: Digest) -> Link:
    header = decode(recorded.header, BlockHeader)
    if header.chain != chain:
        raise BadRecord(f"block {header.height} is of another chain, {header.chain.hex()[:16]}")
    election = recorded.leader_certificate
    if header.leader_certificate != (election.digest() if election else b""):
        raise BadRecord(f"block {header.height} does not name the election that is shown for it")
    return Link(
        block=BlockId(header.term, header.height, header.digest()),
        parent=header.parent,
        proposer=header.proposer,
        leader_certificate=election,
        signature=recorded.signature,
    )
