"""A node's record of its chain, as it is handed to an auditor, and read from one.

record = [[[header: bytes, signature, leader certificate | nil, parent certificate | nil], …],
          [era, …], commit certificate]
"""

from collections.abc import Sequence

from amanat.consensus.forensics import Link, Record
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import EncodingError, Structure, decode, encode
from amanat.ledger.identifiers import Digest, Signature
from amanat.node.eras import BadEra, Era, before, certifier, follow
from amanat.node.provable import eras
from amanat.node.store import Store

ITEMS_MAX = 500
"""Blocks in one part of a record."""


class RecordedBlock(Structure, frozen=True):
    """One block of a record."""

    header: bytes
    signature: Signature
    leader_certificate: LeaderCertificate | None
    parent_certificate: CommitCertificate | None


class RecordPart(Structure, frozen=True):
    """Successive blocks, and the certificate of the last final block that has one."""

    blocks: tuple[RecordedBlock, ...]
    eras: tuple[Era, ...]
    """Of every configuration after genesis."""
    commit: CommitCertificate


class BadRecord(ValueError):  # noqa: N818 - what it is
    """What a node shows as its record is none."""


def part(store: Store, first: int) -> RecordPart | None:
    """Return up to `ITEMS_MAX` blocks from height `first` on; None while nothing is final."""
    applied = store.applied()
    if applied.certificate is None:
        return None
    last = min(applied.height, first + ITEMS_MAX - 1)
    blocks = []
    for height in range(first, last + 1):
        entry, header = store.entry(height), store.header(height)
        if entry is None or header is None:
            break
        certificates = (entry.leader_certificate, entry.parent_certificate)
        blocks.append(RecordedBlock(encode(header), entry.signature, *certificates))
    shown = tuple(eras(store, applied.height))
    return RecordPart(tuple(blocks), shown, applied.certificate)


def joined(parts: Sequence[bytes], chain: Digest, genesis: AuthoritySet) -> Record:
    """Return the record that these parts make.

    Raises:
        BadRecord: they are not canonical, of another chain, or do not fit together.
    """
    try:
        read = [decode(raw, RecordPart, bytes_max=len(raw)) for raw in parts]
    except EncodingError as error:
        raise BadRecord(f"a part of the record is {error}") from error
    if not read:
        raise BadRecord("the record has no part")
    last = read[-1]
    try:
        known = follow(genesis, chain, last.eras)
    except BadEra as error:
        raise BadRecord(str(error)) from error
    links = [_link(block, chain, known) for part in read for block in part.blocks]
    final = last.commit.final(genesis.rule)
    if final is None:
        raise BadRecord("its commit certificate makes nothing final")
    # The node may have gone on while it was asked: what lies beyond the certificate is not final.
    return Record(tuple(links[: final.height]), last.commit)


def _link(recorded: RecordedBlock, chain: Digest, known: Sequence[Configuration]) -> Link:
    try:
        header = decode(recorded.header, BlockHeader)
    except EncodingError as error:
        raise BadRecord(f"a header of the record is {error}") from error
    certified_by = certifier(known, header.height, header.configuration)
    if certified_by is None:
        raise BadRecord(f"block {header.height} names authorities that the record does not prove")
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
        parent_certificate=recorded.parent_certificate,
        signature=recorded.signature,
        electorate=before(known, header.height),
        certifier=certified_by,
    )
