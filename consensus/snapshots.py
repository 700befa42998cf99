"""Snapshots: how a node catches up when nobody holds the entries any more that it lacks (Raft §7).

Whoever is asked for entries that are gone offers a snapshot instead: a final block with its proof.
The state after that block is then asked for piece by piece, of anybody who takes part. The block's
header fixes the state, so every piece is checked as it comes, and one that was lost, or a sender
that is gone or lies, costs that piece alone. Pieces are kept on disk beside all that the node has.
Once the state is whole the node ends; when it starts anew the snapshot takes the place of log and
state, whole or not at all. What this node has promised stays as it was.
"""

from amanat.consensus.asking import ask_everybody
from amanat.consensus.finality import certify_final
from amanat.consensus.interface import Forget, StagedPiece
from amanat.consensus.log_entry import Snapshot
from amanat.consensus.messages import AskPiece, OfferSnapshot, Piece
from amanat.consensus.raft import Fetch, Raft, Role


def on_forget(raft: Raft, event: Forget) -> None:
    """Let entries go that are final: a snapshot stands for them."""
    height = min(event.height, raft.final.height)
    if raft.log.forget(height):
        raft.out.forget(height)


def offer(raft: Raft, peer: str) -> None:
    """Offer `peer` the state after the last block that is applied here."""
    certificate = raft.log.certificate(max(raft.log.base, 1), raft.final.height)
    block = certificate.final(raft.rule) if certificate is not None else None
    entry = raft.log.entry(block.height) if block is not None else None
    if certificate is None or entry is None or entry.block != block:
        return
    lineage = raft.states.lineage(entry.block.height)
    if lineage is not None:
        snapshot = Snapshot(entry, certificate, lineage)
        raft.out.send(peer, OfferSnapshot(raft.term, snapshot))


def on_offer(raft: Raft, sender: str, message: OfferSnapshot) -> None:
    """Take the offer, if it is proved to be final and this node lacks what it stands for."""
    snapshot = message.snapshot
    if raft.role in (Role.CANDIDATE, Role.LEADER) or snapshot.block.height <= raft.final.height:
        return
    if _under_way(raft) is not None and raft.fetching:
        return  # what is under way goes on as long as somebody has it
    fault = _offer_fault(raft, snapshot)
    # What the log holds, it was only not known to be final: nothing of it may be thrown away.
    if fault is None and raft.log.block_id(snapshot.block.height) == snapshot.block:
        certify_final(raft, snapshot.entry, snapshot.certificate)
        return
    if fault:
        raft.out.fault(sender, f"its snapshot of block {snapshot.block.height}: {fault}")
        return
    if not raft.states.begin(snapshot.entry):
        ask_everybody(raft)  # somebody may have all the blocks
        return
    raft.fetch = Fetch(snapshot.block, sender)
    raft.out.stage(snapshot)
    _ask(raft, raft.fetch)


def _offer_fault(raft: Raft, snapshot: Snapshot) -> str | None:
    """Return why it is not proved that this block is final, or None (invariants 2, 4 and 7)."""
    known = raft.states.follow(snapshot.lineage)
    if known is None:
        return "it does not show how the authorities changed"
    if not known[-1].since <= snapshot.block.height:
        return "it shows how the authorities changed later"
    # Those who once decided may have lost their keys since: what this node knows goes before.
    if raft.final_configuration not in known:
        return "it has other authorities than were decided on here"
    if snapshot.certificate.final(known[-1].current.rule) != snapshot.block:
        return "its certificate is for another block"
    if not snapshot.certificate.is_proof(raft.me.chain, known[-1]):
        return "its certificate is not valid"
    if not raft.application.vouches(snapshot.entry):
        return "it is not what its entry says"
    return None


def on_ask_piece(raft: Raft, sender: str, message: AskPiece) -> None:
    """Send a piece of a state that is final and kept here."""
    if message.height > raft.final.height:
        return
    content = raft.states.piece(message.height, message.cursor)
    if content is not None:
        raft.out.send(sender, Piece(raft.term, message.height, message.cursor, content))


def on_piece(raft: Raft, sender: str, message: Piece) -> None:
    """Take a piece that was asked for, keep it, and ask for the next one."""
    fetch = _under_way(raft)
    if fetch is None or (message.height, message.cursor) != (
        fetch.block.height,
        raft.states.cursor,
    ):
        return  # late, or asked for by an earlier life of this node
    number = raft.states.count
    # Invariants 8 and 9: no state is believed that a quorum did not reach.
    fault = raft.states.take(message.content)
    if fault:
        raft.out.fault(sender, f"a piece of the state of block {fetch.block.height}: {fault}")
        fetch.silence, fetch.asked = 0, ""
        return
    fetch.silence, fetch.asked = 0, sender
    fetch.is_whole = raft.states.cursor is None
    raft.out.stage(StagedPiece(number, message.content, fetch.is_whole))
    if fetch.is_whole:
        raft.out.when_synced(raft.out.install)  # whatever the term is by then
    else:
        _ask(raft, fetch)


def on_tick(raft: Raft) -> None:
    """Ask again, in turn of everybody, as long as no piece comes."""
    fetch = _under_way(raft)
    if fetch is None:
        return
    fetch.silence += 1
    if fetch.silence % (raft.timing.election // 2) == 0:
        everybody = sorted(each.name for each in raft.final_configuration.everybody())
        later = [name for name in everybody if name > fetch.asked] or everybody
        fetch.asked = next((name for name in later if name != raft.me.name), fetch.asked)
        _ask(raft, fetch)


def _under_way(raft: Raft) -> Fetch | None:
    """Return the fetch that goes on, having given up one that came to be needless."""
    fetch = raft.fetch
    if fetch is None or fetch.is_whole:
        return None
    if (
        fetch.block.height <= raft.final.height
        or raft.log.block_id(fetch.block.height) == fetch.block
    ):
        fetch = raft.fetch = None
    return fetch


def _ask(raft: Raft, fetch: Fetch) -> None:
    cursor = raft.states.cursor
    if fetch.asked and cursor is not None:
        raft.out.send(fetch.asked, AskPiece(raft.term, fetch.block.height, cursor))
