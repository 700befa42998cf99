"""Blocks: a header that the authorities certify, and the transactions that it commits to."""

from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from amanat.ledger.crypto import Domain, digest
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest, Height, LedgerTime, Name, Term


class Place(NamedTuple):
    """Where a block stands: its chain, its height, its ledger time."""

    chain: Digest
    height: Height
    time: LedgerTime


class BlockHeader(Structure, frozen=True):
    """What an ack signs, by its digest: the order, the outcomes and the state after them."""

    version: Literal[1]
    chain: Digest
    height: Height
    term: Term
    parent: Digest
    time: LedgerTime
    transactions_root: Digest
    """RFC 6962 root over the encoded receipts, in order."""
    state_root: Digest
    """Root of the state tree after this block."""
    configuration: Digest
    """Digest of the configuration that certifies this block. Where it is not the one that the
    parent's state holds, this block completes the change that is under way there."""
    leader_certificate: Annotated[bytes, Meta(max_length=32)]
    """Digest of the leader certificate in the first block of a term; empty in all others."""
    proposer: Name

    def digest(self) -> Digest:
        """Return the block's hash."""
        return digest(Domain.BLOCK, encode(self))


class Block(Structure, frozen=True):
    """A header and the signed transactions, each as it was submitted."""

    header: BlockHeader
    transactions: tuple[bytes, ...]
