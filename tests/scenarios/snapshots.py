"""Directives by which logs are pruned and snapshots offered, and lies about them."""

from typing import Final

from amanat.consensus.interface import Forget
from amanat.consensus.log_entry import Entry, Snapshot
from amanat.consensus.messages import OfferSnapshot, Piece
from amanat.consensus.statements import Ack, BlockId, CommitCertificate
from amanat.ledger.encoding import encode
from tests.consensus.signing import CHAIN, GENESIS, LEADER, extended, parent_of
from tests.scenarios.lies import signatures
from tests.scenarios.script import ScriptError
from tests.scenarios.stage import Stage
from tests.scenarios.vocabulary import Vocabulary

WORDS = Vocabulary()

MADE_UP: Final = b"made up"


@WORDS.event("forget NODES below NUMBER")
def forget(stage: Stage, names: list[str], height: int) -> None:
    """Let nodes let go of the blocks below a height: as far as they know these to be final."""
    for name in names:
        stage.step(name, Forget(height))


@WORDS.event("lie NODE offers state NUMBER certified by NODES [forging NODES] to NODE")
def offer_made_up(
    stage: Stage, liar: str, height: int, ackers: list[str], forged: list[str] | None, to: str
) -> None:
    """Offer the state after blocks that the liar has made up, with these acks and forged ones."""
    made_up = extended(GENESIS, LEADER, *[MADE_UP] * height)
    for entry in made_up:
        stage.blocks.introduce(entry.block, MADE_UP.decode())
    block = made_up[-1].block
    acks = signatures(Ack(CHAIN, parent_of(block), block).message(), ackers, forged, liar)
    certificate = CommitCertificate(parent_of(block), block, acks)
    _offer(stage, liar, Snapshot(made_up[-1], certificate, _lineage(made_up)), to)


@WORDS.event("lie NODE offers BLOCK with certificate of BLOCK [and lineage to BLOCK] to NODE")
def offer_by_another(
    stage: Stage, liar: str, name: str, certified: str, lineage: str | None, to: str
) -> None:
    """Offer the state after a block, with what really proves another block to be final."""
    certificate = stage.certificates.get(stage.block(certified))
    if certificate is None:
        raise ScriptError(f"nobody has shown a certificate of {certified}")
    block = stage.block(name)
    chain = _chain(stage, liar, block if lineage is None else stage.block(lineage))
    _offer(stage, liar, Snapshot(chain[block.height - 1], certificate, _lineage(chain)), to)


@WORDS.event("lie NODE sends piece NUMBER of state NUMBER to NODE")
def send_piece(stage: Stage, liar: str, number: int, height: int, to: str) -> None:
    """Send a piece that the liar has made up, numbered from 1, of the state after a block."""
    cursor = (number - 1).to_bytes(8, "big")
    (entry,) = extended(GENESIS, LEADER, MADE_UP)
    stage.forge(liar, to, Piece(stage.node(to).term, height, cursor, encode(entry)))


def _offer(stage: Stage, liar: str, snapshot: Snapshot, to: str) -> None:
    stage.forge(liar, to, OfferSnapshot(stage.node(to).term, snapshot))


def _lineage(chain: list[Entry]) -> bytes:
    return encode([entry.payload for entry in chain])


def _chain(stage: Stage, name: str, last: BlockId) -> list[Entry]:
    """Return all entries up to a block that a node holds, from the first on."""
    disk = stage.node(name).disk
    chain = [*disk.state, *disk.log][: last.height]
    if last not in [entry.block for entry in chain]:
        raise ScriptError(f"{name} does not hold {stage.blocks.name(last)}")
    return chain
