"""Whether a node can serve, and why not."""

import shutil
from collections.abc import Iterator
from typing import Final

from amanat.node.allowed_program import program_fault
from amanat.node.api.messages import Check, Readiness
from amanat.node.node import Node

BEHIND_MAX: Final = 50
"""Blocks that a ready node may be behind what its peers have shown to be final."""

FREE_BYTES_MIN: Final = 256 * 1024 * 1024
"""What must be free where the data directory is: below it the next writes may be the last."""


def readiness(node: Node) -> Readiness:
    """Return whether a node can serve, with each thing that this hangs on.

    It needs a leader, must have caught up, and an authority must be able to vote: whoever replaces
    machines one after the other waits for that. Peers are shown only: whoever waited for them
    before it serves would wait for ever where all do.
    """
    checks = dict(_checks(node))
    is_ready = all(check.ok for check in checks.values())
    return Readiness("ready" if is_ready else "not_ready", checks)


def has_diverged(node: Node) -> bool:
    """Return whether others made final, at some height, what this node refused for good.

    Either it executes otherwise than a quorum does, or a leader gave it another block than them,
    which the next leader puts right. Until then it takes no block.
    """
    refused = node.application.refused_height
    return node.status.last.height < refused <= node.seen_height


def free_bytes(node: Node) -> tuple[int, int]:
    """Return how many bytes are free where the data directory is, and how many there are."""
    usage = shutil.disk_usage(node.settings.data)
    return usage.free, usage.total


def _checks(node: Node) -> Iterator[tuple[str, Check]]:
    leader = node.status.leader
    yield "leader", Check(leader is not None, f"{leader} leads" if leader else "nobody leads")
    height = node.chain.final.height
    behind = node.seen_height - height
    yield "sync", Check(height > 0 and behind <= BEHIND_MAX, _sync_detail(node))
    peers = node.transport.status()
    connected = sum(peer.connected for peer in peers)
    yield "peers", Check(ok=True, detail=f"{connected} of {len(peers)} peers connected")
    votes = node.configuration.get(node.name) is not None
    yield "vote", Check(not (votes and node.status.is_unsure), _vote_detail(node))
    diverged = has_diverged(node)
    refused = f"block {node.application.refused_height} is final elsewhere and was refused here"
    yield "agreement", Check(not diverged, refused if diverged else "executes as the others do")
    fault = program_fault(node)
    yield "program", Check(fault is None, fault or "governance lets it run")
    free, _ = free_bytes(node)
    yield "disk", Check(free >= FREE_BYTES_MIN, f"{free // 2**20} MiB free")


def _vote_detail(node: Node) -> str:
    status = node.status
    if not status.is_unsure:
        return "nothing keeps it from voting"
    if status.silent:
        return "its disk is new: it can vote once it has heard of " + ", ".join(status.silent)
    return "its disk is new: it can vote once its log has come as far as all others were"


def _sync_detail(node: Node) -> str:
    known = f"applied {node.chain.final.height} of {node.seen_height} known"
    fetching = node.status.fetching
    if not fetching:
        return known
    percent = int(100 * node.snapshots.fraction)
    return f"{known}; taking in the snapshot of block {fetching}, {percent} %"
