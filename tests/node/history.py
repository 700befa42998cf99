"""Blocks that a network has agreed on, as one node's log and database receive them.

They are what the real ledger executes, signed as the real protocol signs: `mof` leads term 1.
"""

from collections.abc import Sequence

from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Proposal,
    Vote,
    genesis_id,
)
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.chain import Chain
from amanat.ledger.executed_block import ExecutedBlock, Tip
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from tests.ledger.desk import opened
from tests.ledger.world import START, NothingExecuted, Writer, chain, genesis, key, market

LEADER = "mof"
VOTERS = ("mof", "sbp")


class History:
    """One network from its genesis on, block by block; blocks and entries start at height 1."""

    def __init__(self, document: GenesisDocument | None = None) -> None:
        self.document = document or genesis()
        self.chain_id: Digest = self.document.chain_id()
        self.chain = chain(self.document)
        self.writer = Writer(self.chain_id)
        self.blocks: list[ExecutedBlock] = []
        self.entries: list[Entry] = []

    def resume(self, final: Tip) -> None:
        """Go on from a final block that another program has left, with the entries after it."""
        self.chain = Chain(
            self.chain_id,
            final=final,
            executed=NothingExecuted(),
            verified=VerifiedTransactions(),
        )
        for entry in self.entries[final.height :]:
            block = self.chain.extend(entry.payload, latest=2**63 - 1, accept=lambda _: None)
            self.blocks.append(block)

    def grow(self, envelopes: Sequence[bytes] = (), *, term: int = 1) -> Entry:
        """Agree on one more block of these transactions, and return its entry."""
        previous = self.entries[-1].block if self.entries else genesis_id(self.chain_id)
        leader = self.elected(term, previous) if previous.term < term else None
        built = self.chain.build(
            term=term,
            proposer=LEADER,
            time=START,
            leader_certificate=leader.digest() if leader else b"",
            candidates=[opened(envelope) for envelope in envelopes],
        )
        assert built.refused == []
        self.chain.append(built.block)
        self.blocks.append(built.block)
        block = BlockId(term, built.block.height, built.block.digest)
        entry = Entry(
            block=block,
            parent=previous.digest,
            proposer=LEADER,
            leader_certificate=leader,
            parent_certificate=None,
            change_certificate=None,
            signature=_sign(LEADER, Proposal(self.chain_id, block).message()),
            payload=built.block.payload,
        )
        self.entries.append(entry)
        return entry

    def elected(self, term: int, last: BlockId) -> LeaderCertificate:
        """Return the certificate with which the leader opens `term` after `last`."""
        message = Vote(self.chain_id, term, LEADER, last).message()
        return LeaderCertificate(term, LEADER, last, _signatures(message))

    def certificate(self, height: int) -> CommitCertificate:
        """Return the certificate that makes the block at `height` final."""
        block = self.entries[height - 1].block
        parent = self.entries[height - 2].block if height > 1 else genesis_id(self.chain_id)
        message = Ack(self.chain_id, parent, block).message()
        return CommitCertificate(parent, block, _signatures(message))


def market_history(document: GenesisDocument | None = None) -> History:
    """Return a history whose first block is empty and whose others set up `world.market`."""
    history = History(document)
    history.grow()
    for envelope in market(history.writer):
        history.grow([envelope])
    return history


def _sign(name: str, message: bytes) -> bytes:
    return key(f"authority {name}").sign(message).signature


def _signatures(message: bytes) -> tuple[AuthoritySignature, ...]:
    return tuple(AuthoritySignature(name, _sign(name, message)) for name in VOTERS)
