"""The record of an audited chain, to be compared with another's (`amanat.consensus.forensics`)."""

from collections.abc import Sequence
from typing import Final

from amanat.consensus.forensics import Link, Record
from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import CommitCertificate
from amanat.ledger.blocks import Block
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import decode
from amanat.node.audit.archive import FRAME_BYTES_MAX
from amanat.node.audit.sources import Source, Unusable
from amanat.node.eras import before, certifier

_NOTHING: Final = "has no final block to compare"


def record_of(source: Source, configurations: Sequence[Configuration]) -> Record:
    """Return the record of a source that was found in order, under these configurations.

    Raises:
        Unusable: it has no block.
    """
    links: list[Link] = []
    commit: CommitCertificate | None = None
    for sourced in source.blocks(1):
        links.append(_link(decode(sourced.entry, Entry, bytes_max=FRAME_BYTES_MAX), configurations))
        if sourced.certificate is not None:
            commit = decode(sourced.certificate, CommitCertificate)
    if commit is None:
        raise Unusable(f"{source.name} {_NOTHING}")
    return Record(tuple(links), commit)


def _link(entry: Entry, configurations: Sequence[Configuration]) -> Link:
    header = decode(entry.payload, Block, bytes_max=len(entry.payload)).header
    certified_by = certifier(configurations, header.height, header.configuration)
    if certified_by is None:
        raise AssertionError("the audit has executed who certifies each block")
    return Link(
        block=entry.block,
        parent=entry.parent,
        proposer=entry.proposer,
        leader_certificate=entry.leader_certificate,
        parent_certificate=entry.parent_certificate,
        signature=entry.signature,
        electorate=before(configurations, header.height),
        certifier=certified_by,
    )
