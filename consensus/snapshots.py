"""Snapshots: how a node catches up when nobody holds the entries any more that it lacks (Raft §7).

Whoever is asked for entries that are gone offers a snapshot instead: a final block with its proof.
The state after that block is then asked for piece by piece, of anybody who takes part. The block's
header fixes the state, so every piece is checked as it comes, and one that was lost, or a sender
that is gone or lies, costs that piece alone. Pieces are kept on disk beside all that the node has.
Once the state is whole the node ends; when it starts anew the snapshot takes the place of log and
state, whole or not at all. What this node has promised stays as it was.

Whoever sends pieces is asked for the next one. If he does not, or what he sends is wrong, the next
in order is asked. Another snapshot is begun only once all have failed with the same piece.
"""

from collections.abc import Sequence
from typing import Final

from amanat.consensus.asking import ask_everybody, peers
from amanat.consensus.finality import certify_final
from amanat.consensus.interface import Forget, StagedPiece
from amanat.consensus.log_entry import Snapshot
from amanat.consensus.messages import AskPiece, OfferSnapshot, Piece
from amanat.consensus.pending import Fetch
from amanat.consensus.raft import Raft, Role
from amanat.ledger.configurations import Configuration

WAIT_MAX: Final = 32
"""The longest wait for a piece, in election timeouts: of 1 MiB at 0.4 Mbit/s."""


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
    if not _is_free(raft, sender, snapshot):
        return
    if raft.role in (Role.CANDIDATE, Role.LEADER) or snapshot.block.height <= raft.final.height:
        return
    fault = _offer_fault(raft, snapshot)
    # What the log holds, it was only not known to be final: nothing of it may be thrown away.
    if fault is None and raft.log.block_id(snapshot.block.height) == snapshot.block:
        certify_final(raft, snapshot.entry, snapshot.certificate)
        return
    if fault:
        raft.out.fault(sender, f"its snapshot of block {snapshot.block.height}: {fault}")
        ask_everybody(raft)  # a leader that lies would offer nothing else for ever
        return
    if not raft.states.begin(snapshot.entry):
        ask_everybody(raft)  # somebody may have all the blocks
        return
    raft.fetch = Fetch(snapshot.block)
    raft.out.stage(snapshot)
    _ask(raft, raft.fetch, sender)


def _is_free(raft: Raft, sender: str, snapshot: Snapshot) -> bool:
    """Return whether an offer may be looked at: what is under way goes on as long as it can.

    Whoever is asked for a piece, and offers another state, does not have the one that is wanted.
    """
    fetch = _under_way(raft)
    if fetch is None:
        return True
    if snapshot.block == fetch.block or (sender, raft.states.cursor) not in fetch.asked:
        return False
    _fails(raft, fetch, sender)
    return fetch.failed.issuperset(peers(raft))


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
    if not snapshot.certificate.is_proof(raft.me.chain, _certifier(snapshot, known)):
        return "its certificate is not valid"
    if not snapshot.certificate.is_signed_by(raft.me.chain, known[-1]):
        return "its certificate shows a signature that does not count"
    if not raft.application.vouches(snapshot.entry):
        return "it is not what its entry says"
    return None


def _certifier(snapshot: Snapshot, known: Sequence[Configuration]) -> Configuration:
    """Return whose quorum makes the block final. Who opens a change is certified as before it."""
    after, certified = known[-1], snapshot.certificate.block
    opens = after.is_joint and after.since == certified.height
    return known[-2] if opens else after


def on_ask_piece(raft: Raft, sender: str, message: AskPiece) -> None:
    """Send a piece of a state that is final and kept here; else offer one that is."""
    is_final = message.height <= raft.final.height
    content = raft.states.piece(message.height, message.cursor) if is_final else None
    if content is not None:
        raft.out.send(sender, Piece(raft.term, message.height, message.cursor, content))
    else:
        offer(raft, sender)


def on_piece(raft: Raft, sender: str, message: Piece) -> None:
    """Take a piece that was asked for, keep it, and ask for the next one."""
    fetch, cursor = _under_way(raft), raft.states.cursor
    if fetch is None or (message.height, message.cursor) != (fetch.block.height, cursor):
        return  # late, or asked for by an earlier life of this node
    if (sender, cursor) not in fetch.asked:
        return
    number = raft.states.count
    # Invariants 8 and 9: no state is believed that a quorum did not reach.
    fault = raft.states.take(message.content)
    if fault:
        raft.out.fault(sender, f"a piece of the state of block {fetch.block.height}: {fault}")
        _fails(raft, fetch, sender)
        return
    if fetch.silence < fetch.wait // 2:
        fetch.wait = max(fetch.wait // 2, _shortest_wait(raft))
    fetch.asked.clear()
    fetch.failed.clear()
    fetch.is_whole = raft.states.cursor is None
    raft.out.stage(StagedPiece(number, message.content, fetch.is_whole))
    if fetch.is_whole:
        raft.out.when_synced(raft.out.install)  # whatever the term is by then
    else:
        _ask(raft, fetch, sender)


def on_tick(raft: Raft) -> None:
    """Ask the next peer, after a while longer each time, as long as no piece comes."""
    raft.asked_everybody = max(raft.asked_everybody - 1, 0)
    fetch = _under_way(raft)
    if fetch is None:
        return
    fetch.silence += 1
    if fetch.silence >= fetch.wait:
        fetch.wait = min(2 * fetch.wait, WAIT_MAX * raft.timing.election)
        fetch.failed.add(fetch.peer)  # though what it sends now is welcome yet
        _ask(raft, fetch, _next_peer(raft, fetch))


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


def _fails(raft: Raft, fetch: Fetch, sender: str) -> None:
    """Note that whoever was asked does not send the piece that is wanted."""
    fetch.asked = {each for each in fetch.asked if each[0] != sender}
    fetch.failed.add(sender)
    if sender == fetch.peer:
        _ask(raft, fetch, _next_peer(raft, fetch))


def _next_peer(raft: Raft, fetch: Fetch) -> str:
    everybody = peers(raft)
    return next((name for name in everybody if name > fetch.peer), min(everybody, default=""))


def _ask(raft: Raft, fetch: Fetch, peer: str) -> None:
    if peer != fetch.peer:
        # What cannot be checked piece by piece comes from one peer: so it is known who lied.
        raft.states.go_back()
    cursor = raft.states.cursor
    if cursor is None or not peer:
        return
    fetch.wait = max(fetch.wait, _shortest_wait(raft))
    fetch.peer, fetch.silence = peer, 0
    fetch.asked.add((peer, cursor))
    raft.out.send(peer, AskPiece(raft.term, fetch.block.height, cursor))


def _shortest_wait(raft: Raft) -> int:
    return raft.timing.election // 2
