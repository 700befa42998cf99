"""Gathering signed acks until a quorum's certify a block (invariants 2 and 7).

It is the leader's business; and the followers', where their leader does not show what comes of it.
"""

from amanat.consensus.evidence import DoubleAck, is_proven
from amanat.consensus.finality import certify
from amanat.consensus.raft import Raft
from amanat.consensus.statements import AuthoritySignature, CommitCertificate, SignedAck
from amanat.ledger.authorities import Authority
from amanat.ledger.crypto import verify


def ack_fault(raft: Raft, sender: str, ack: SignedAck) -> str | None:
    """Return why an ack does not count for what this node's log holds; or None."""
    block = ack.block
    if block.height <= raft.certified_height:
        return None  # late
    # Invariant 2 (Raft §5.4.2): only blocks of the leader's own term become final by counting.
    if block.term != raft.term or raft.log.block_id(block.height) != block:
        note_double_ack(raft, sender, ack)
        return f"it acks another block at {block.height} in term {block.term}"
    if sender in raft.acks.get(block.height, ()):
        return None  # repeated: a signature is checked once, however often it is sent
    member = _certifying_member(raft, sender, block.height)
    if member is None:
        return f"it acks block {block.height} without a vote on it"
    if raft.log.block_id(block.height - 1) != ack.parent:
        return f"it acks block {block.height} on another parent"
    if not verify(member.key, ack.message(raft.me.chain), ack.signature):
        return f"its ack of block {block.height} is not signed by it"
    return None


def gather(raft: Raft, name: str, ack: SignedAck) -> bool:
    """Keep an ack that counts. Return whether a sovereign quorum's certify the block now."""
    block = ack.block
    if block.height <= raft.certified_height:
        return False
    acks = raft.acks.setdefault(block.height, {})
    acks.setdefault(name, ack.signature)
    # Invariants 2 and 7: a block is certified by a sovereign quorum of those who decide on it.
    certifier = raft.application.certifier(block.height)
    if certifier is None or not certifier.is_quorum(acks):
        return False
    signed = tuple(AuthoritySignature(n, s) for n, s in sorted(acks.items()))
    certify(raft, CommitCertificate(ack.parent, block, signed))
    return True


def note_double_ack(raft: Raft, sender: str, second: SignedAck) -> None:
    """Hold it against `sender` if it has acked what the log holds in that place too."""
    height = second.block.height
    own, parent = raft.log.block_id(height), raft.log.block_id(height - 1)
    signature = raft.acks.get(height, {}).get(sender)
    if own is None or parent is None or signature is None:
        return
    evidence = DoubleAck(sender, SignedAck(parent, own, signature), second)
    if is_proven(evidence, raft.me.chain, raft.configuration):
        raft.out.evidence([evidence])


def _certifying_member(raft: Raft, name: str, height: int) -> Authority | None:
    certifier = raft.application.certifier(height)
    return certifier.get(name) if certifier is not None else None
