"""A block that does not execute to what it says is refuted by anyone who has those before it."""

import pytest
from msgspec.structs import replace

from amanat.consensus.evidence import InvalidBlock, SignedOffer, is_proven, payload_digest
from amanat.consensus.statements import BlockId, Offer, genesis_id
from amanat.ledger.blocks import Block
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import decode
from amanat.node.reexecution import Reexecution
from tests.ledger.false_blocks import FALSE_BLOCKS, false_payload
from tests.ledger.world import key
from tests.node.history import LEADER, History, market_history

HISTORY = market_history()
CONFIGURATION = Configuration.first(HISTORY.document.authorities)


def parent_of(history: History, height: int) -> BlockId:
    return history.entries[height - 2].block if height > 1 else genesis_id(history.chain_id)


def offered(height: int, payload: bytes, digest: bytes) -> InvalidBlock:
    """What the leader would sign if it offered this in place of the block at `height`."""
    entry = HISTORY.entries[height - 1]
    election = entry.leader_certificate
    offer = Offer(
        HISTORY.chain_id,
        CONFIGURATION.digest(),
        parent_of(HISTORY, height),
        replace(entry.block, digest=digest),
        election.digest() if election else b"",
        completes_change=False,
        payload=payload_digest(payload),
    )
    signature = key(f"authority {LEADER}").sign(offer.message()).signature
    return InvalidBlock(LEADER, SignedOffer(offer, signature), payload)


def false(kind: str, height: int) -> InvalidBlock:
    block = decode(HISTORY.entries[height - 1].payload, Block)
    return offered(height, *false_payload(kind, block))


def executed(up_to: int) -> Reexecution:
    """The blocks of the history, as far as somebody has them."""
    return Reexecution(
        HISTORY.document,
        lambda height: HISTORY.entries[height - 1].payload if height <= up_to else None,
    )


def is_held(evidence: InvalidBlock, by: Reexecution) -> bool:
    return is_proven(evidence, HISTORY.chain_id, CONFIGURATION, by.is_refuted)


@pytest.mark.parametrize("kind", FALSE_BLOCKS)
def test_every_lie_in_a_block_is_proven(kind: str) -> None:
    everything = executed(len(HISTORY.entries))
    for height in (len(HISTORY.entries), 1, 3):
        assert is_held(false(kind, height), everything), f"at {height}"
    assert is_held(false(kind, 3), executed(2)), "no more is needed than the blocks before it"


def test_nothing_that_an_honest_leader_offered_is_refuted() -> None:
    everything = executed(len(HISTORY.entries))
    for height, entry in reversed(list(enumerate(HISTORY.entries, 1))):
        honest = offered(height, entry.payload, entry.block.digest)
        assert is_proven(honest, HISTORY.chain_id, CONFIGURATION, lambda _: True)
        assert not is_held(honest, everything)


def test_without_the_blocks_before_it_nothing_is_proven() -> None:
    assert not is_held(false("another state", 3), executed(1))


def test_on_a_parent_that_is_not_on_the_chain_nothing_is_proven() -> None:
    evidence = false("another state", 3)
    offer = replace(evidence.offer.offer, parent=replace(evidence.parent, digest=bytes(32)))
    signature = key(f"authority {LEADER}").sign(offer.message()).signature
    elsewhere = replace(evidence, offer=SignedOffer(offer, signature))
    assert is_proven(elsewhere, HISTORY.chain_id, CONFIGURATION, lambda _: True)
    assert not is_held(elsewhere, executed(len(HISTORY.entries)))


def test_a_block_far_ahead_of_the_clock_proves_nothing() -> None:
    ahead = History(HISTORY.document)
    block = decode(HISTORY.entries[0].payload, Block)
    later = replace(block, header=replace(block.header, time=2**62))
    built = ahead.chain.build(
        term=1,
        proposer=LEADER,
        time=2**62,
        leader_certificate=block.header.leader_certificate,
        candidates=[],
    ).block
    assert built.block == later, "time alone differs, and the state does not depend on it"
    assert not is_held(offered(1, built.payload, built.digest), executed(0))
