"""What an authority says of snapshots in place of the truth: offers, pieces, and who asks for them.

They can be told in a run whose nodes let blocks go: elsewhere nobody needs a snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from amanat.consensus.log_entry import Snapshot
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    AskPiece,
    Message,
    OfferSnapshot,
    Piece,
)
from amanat.consensus.statements import Ack, AuthoritySignature, CommitCertificate
from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode, encode
from amanat.ledger.tree.state_pieces import START, Cursor, IdsFrom
from amanat.ledger.tree.state_pieces import Piece as Parts
from tests.simulation.network import Forward

if TYPE_CHECKING:
    from tests.simulation.liar import Liar

    Said = Message | Forward

AHEAD: Final = 1_000
"""How far beyond the chain's end a height is that nobody has."""

STRANGERS: Final = 40
"""Names in a padded certificate whom nobody knows."""


def offer_of_the_end(liar: Liar, term: int) -> OfferSnapshot | None:
    """Return the true offer of the last block that the liar knows to be final, if it has it."""
    certificate = liar.certificate
    final = certificate.final(liar.rule) if certificate is not None else None
    entry = liar.entries.get(final) if final is not None else None
    if certificate is None or entry is None:
        return None
    lineage = liar.beliefs.lineage(entry.block.height)
    return OfferSnapshot(term, Snapshot(entry, certificate, lineage))


# --- of offers --------------------------------------------------------------------------------


def _makes_a_block_up(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """A later block, of a state of its own, that it alone calls final."""
    if not isinstance(said, OfferSnapshot):
        return None
    entry = said.snapshot.entry
    true = decode(entry.payload, Block, bytes_max=len(entry.payload))
    header = replace(true.header, height=true.header.height + 1, state_root=bytes([1]) * 32)
    block = replace(entry.block, height=header.height, digest=header.digest())
    payload = encode(replace(true, header=header))
    own = liar.sign(Ack(liar.chain, entry.block, block).message())
    acks = tuple(AuthoritySignature(name, own) for name in liar.names)
    certificate = CommitCertificate(entry.block, block, acks)
    false = replace(entry, block=block, payload=payload)
    return [replace(said, snapshot=Snapshot(false, certificate, said.snapshot.lineage))]


def _pads_an_offer(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """Its certificate has signatures of members who did not sign, or of nobody."""
    if not isinstance(said, OfferSnapshot):
        return None
    certificate = said.snapshot.certificate
    acks = liar.padded(certificate.acks)
    if liar.random.random() < 0.5:
        false = [AuthoritySignature(f"x-{number:02}", bytes(64)) for number in range(STRANGERS)]
        both = (*certificate.acks, *false)
        acks = tuple(sorted(both, key=lambda each: each.authority))
    padded = replace(certificate, acks=acks)
    return [replace(said, snapshot=replace(said.snapshot, certificate=padded))]


def _offers_another_lineage(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    if not isinstance(said, OfferSnapshot):
        return None
    return [replace(said, snapshot=replace(said.snapshot, lineage=b"nonsense"))]


def _offers_to_everybody(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """The newest state, to who needs none, or another one."""
    if not isinstance(said, Append | AppendReply):
        return None
    offer = offer_of_the_end(liar, said.term)
    return None if offer is None else [said, offer]


def _offers_in_place_of_pieces(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """As if it did not have the state that it is asked for."""
    if not isinstance(said, Piece):
        return None
    offer = offer_of_the_end(liar, said.term)
    return None if offer is None else [offer]


# --- of pieces --------------------------------------------------------------------------------


def _forged(piece: Piece, at: int) -> Piece:
    content = bytearray(piece.content)
    content[at % len(content)] ^= 1
    return replace(piece, content=bytes(content))


def _forges_pieces(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    return [_forged(said, liar.random.getrandbits(16))] if isinstance(said, Piece) else None


def _shortens_pieces(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    """One node, or one id, at a time."""
    if not isinstance(said, Piece):
        return None
    parts = decode(said.content, Parts, bytes_max=len(said.content)).parts
    return [replace(said, content=encode(Parts(parts[:1])))] if len(parts) > 1 else None


def _sends_unasked_pieces(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """The piece that anybody was last heard to ask for, forged, whoever was asked."""
    if not isinstance(said, Append | AppendReply | AppendRefused) or liar.wanted is None:
        return None
    wanted = liar.wanted
    return [said, Piece(said.term, wanted.height, wanted.cursor, encode(Parts((bytes(32),))))]


def _withholds_pieces(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    return [] if isinstance(said, Piece) else None


def _sends_false_ids(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    """False ids of executed transactions as a day begins, and then nothing more of that day."""
    if not isinstance(said, Piece):
        return None
    cursor: Cursor = decode(said.cursor, Cursor)  # type: ignore[arg-type]  # a union is no class
    if not isinstance(cursor, IdsFrom):
        return None
    if cursor.number:
        return []
    ids = decode(said.content, Parts, bytes_max=len(said.content)).parts
    false = tuple(bytes([each[0] ^ 1]) + each[1:] for each in ids)
    return [replace(said, content=encode(Parts(false)))]


def _withholds_offers(_: Liar, __: str, said: Said) -> Sequence[Said] | None:
    """Silence, where a follower lacks what is gone."""
    return [] if isinstance(said, OfferSnapshot) else None


# --- of asking --------------------------------------------------------------------------------


def _asks_for_what_is_not_there(liar: Liar, _: str, said: Said) -> Sequence[Said] | None:
    """Pieces of no state, or from nowhere in one."""
    if not isinstance(said, Append | AppendReply):
        return None
    height = liar.random.choice([0, 1, AHEAD])
    cursor = liar.random.choice([b"nonsense", encode(START), encode(IdsFrom(1, 1))])
    return [said, AskPiece(said.term, height, cursor)]


SNAPSHOT_LIES: Final[dict[str, Callable[[Liar, str, Said], Sequence[Said] | None]]] = {
    "made-up snapshot": _makes_a_block_up,
    "padded snapshot": _pads_an_offer,
    "snapshot of other authorities": _offers_another_lineage,
    "snapshot for everybody": _offers_to_everybody,
    "snapshot in place of pieces": _offers_in_place_of_pieces,
    "withheld offers of snapshots": _withholds_offers,
    "forged pieces": _forges_pieces,
    "short pieces": _shortens_pieces,
    "pieces not asked for": _sends_unasked_pieces,
    "withheld pieces": _withholds_pieces,
    "false executed ids": _sends_false_ids,
    "pieces of nothing asked for": _asks_for_what_is_not_there,
}
"""What any authority may do by itself; none of it may cost anybody more than some time."""
