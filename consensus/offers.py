"""A leader signs what it sends: how an offer is made, checked, and held against who made it.

A block's id commits to its header, and the header to what executing the block gave. But who is
handed a block that executes otherwise could not show that its leader sent these very transactions.
So a leader signs, with each block of its own term, an `Offer` of all that followers judge it by.
No honest one ever signs an offer that is not as it must be; hence one that is not is evidence.
"""

from amanat.consensus.evidence import (
    InvalidBlock,
    SignedOffer,
    UnelectedLeader,
    is_proven,
    payload_digest,
)
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append
from amanat.consensus.raft import Raft
from amanat.consensus.statements import BlockId, Offer
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import Signature


def sign_offers(raft: Raft, previous: BlockId, entries: tuple[Entry, ...]) -> tuple[Signature, ...]:
    """Return this leader's signatures over its own blocks among `entries`, which follow `previous`.

    Entries of earlier terms come first, and need none: a leader of their own offered them.
    """
    signatures = []
    for entry in entries:
        height = entry.block.height
        if entry.block.term == raft.term:
            if height not in raft.offers:
                offer = _offer(raft, raft.configuration_after(height - 1), previous, entry)
                raft.offers[height] = raft.me.sign(offer.message())
            signatures.append(raft.offers[height])
        previous = entry.block
    return tuple(signatures)


def offered(message: Append) -> dict[BlockId, Signature]:
    """Return the leader's signatures over its offers of its own blocks in a message."""
    own = [entry.block for entry in message.entries if entry.block.term == message.term]
    return dict(zip(own, message.offers, strict=True)) if len(own) == len(message.offers) else {}


def offer_fault(
    raft: Raft, previous: BlockId, entry: Entry, signature: Signature | None
) -> str | None:
    """Return what is wrong with how the leader offers `entry`, one of its own term; or None."""
    configuration = raft.configuration_after(previous.height)
    leader = configuration.get(entry.proposer)
    message = _offer(raft, configuration, previous, entry).message()
    if leader is None or signature is None or not verify(leader.key, message, signature):
        return f"{entry.proposer} does not sign what it offers"
    return None


def accuse_unelected(
    raft: Raft, previous: BlockId, entry: Entry, signature: Signature | None
) -> None:
    """Hold it against whoever offers `entry` if no quorum elected it to.

    That is evidence once it is final whose quorum would have elected it. Nobody who knows the chain
    alone could check it against authorities of a change that comes to nothing.
    """
    configuration = raft.application.configuration(previous.height)
    if configuration is None or signature is None or raft.log.block_id(previous.height) != previous:
        return
    offer = SignedOffer(_offer(raft, configuration, previous, entry), signature)
    evidence = UnelectedLeader(entry.proposer, offer, entry.leader_certificate)
    if not is_proven(evidence, raft.me.chain, configuration):
        return
    if configuration.since <= raft.final.height:
        raft.out.evidence([evidence])
    else:
        _suspect(raft, evidence)


def accuse_invalid(raft: Raft, previous: BlockId, entry: Entry, signature: Signature) -> None:
    """Hold it against whoever offered `entry` that it does not execute to what it says.

    That is evidence once the block before it is final: anyone can execute it again then. Of what
    follows a block that comes to nothing, nobody can, and no harm was done.
    """
    configuration = raft.configuration_after(previous.height)
    offer = SignedOffer(_offer(raft, configuration, previous, entry), signature)
    _suspect(raft, InvalidBlock(entry.proposer, offer, entry.payload))


def _suspect(raft: Raft, evidence: InvalidBlock | UnelectedLeader) -> None:
    if raft.suspected is None:
        raft.suspected = evidence
    accuse_suspected(raft)


def accuse_suspected(raft: Raft) -> None:
    """Report a suspected block, if what it follows is final by now."""
    suspected = raft.suspected
    if suspected is None or suspected.parent.height > raft.final.height:
        return
    if raft.log.block_id(suspected.parent.height) == suspected.parent:
        raft.out.evidence([suspected])
    raft.suspected = None


def _offer(raft: Raft, configuration: Configuration, previous: BlockId, entry: Entry) -> Offer:
    certificate = entry.leader_certificate
    return Offer(
        chain=raft.me.chain,
        electorate=configuration.digest(),
        parent=previous,
        block=entry.block,
        election=certificate.digest() if certificate is not None else b"",
        completes_change=entry.completes_change,
        payload=payload_digest(entry.payload),
    )
