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
    _offer(stage, liar, made_up, CommitCertificate(parent_of(block), block, acks), to)


@WORDS.event("lie NODE offers BLOCK with certificate of BLOCK to NODE")
def offer_by_another(stage: Stage, liar: str, name: str, certified: str, to: str) -> None:
    """Offer the state after a block of the liar's log, with a certificate that a leader showed."""
    certificate = stage.certificates.get(stage.block(certified))
    if certificate is None:
        raise ScriptError(f"nobody has shown a certificate of {certified}")
    _offer(stage, liar, _chain(stage, liar, stage.block(name)), certificate, to)


@WORDS.event("lie NODE sends piece NUMBER of state NUMBER to NODE")
def send_piece(stage: Stage, liar: str, number: int, height: int, to: str) -> None:
    """Send a piece that the liar has made up, numbered from 1, of the state after a block."""
    cursor = (number - 1).to_bytes(8, "big")
    (entry,) = extended(GENESIS, LEADER, MADE_UP)
    stage.forge(liar, to, Piece(stage.node(to).term, height, cursor, encode(entry)))


def _offer(
    stage: Stage, liar: str, chain: list[Entry], certificate: CommitCertificate, to: str
) -> None:
    lineage = encode([entry.payload for entry in chain])
    snapshot = Snapshot(chain[-1], certificate, lineage)
    stage.forge(liar, to, OfferSnapshot(stage.node(to).term, snapshot))


def _chain(stage: Stage, name: str, last: BlockId) -> list[Entry]:
    """Return all entries up to a block that a node holds, from the first on."""
    disk = stage.node(name).disk
    chain = [*disk.state, *disk.log][: last.height]
    if last not in [entry.block for entry in chain]:
        raise ScriptError(f"{name} does not hold {stage.blocks.name(last)}")
    return chain
