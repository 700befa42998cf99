"""How a node starts from its disk: what is applied, then what the log holds beyond it."""

import secrets
from typing import Final

import structlog

from amanat.consensus.core import Core, Restored
from amanat.consensus.raft import Identity, Timing
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.chain import BlockFault, Chain
from amanat.ledger.executed_block import Tip
from amanat.ledger.state import State, versions_of
from amanat.ledger.tree.state_tree import StateTree
from amanat.ledger.versions import UnknownVersion, is_known
from amanat.node import clock
from amanat.node.application import LedgerApplication
from amanat.node.data_directory import DataDirectory
from amanat.node.sign_guard import SignGuard
from amanat.node.store import Store

log = structlog.get_logger(__name__)

TIMING: Final = Timing(election=12, heartbeat=2)


class RecoveryFailed(Exception):  # noqa: N818 - what happened
    """What is on disk does not re-execute: the message says which block, and why."""


def open_chain(directory: DataDirectory) -> Chain:
    """Return the chain as it was last applied."""
    applied = directory.store.applied()
    tree = StateTree.open(applied.root, directory.store)
    return Chain(
        directory.document.chain_id(),
        final=Tip(applied.height, applied.digest, applied.time, tree),
        executed=directory.store,
        verified=VerifiedTransactions(),
    )


def clock_ahead_max(chain: Chain) -> int:
    """Return how many milliseconds a block may be ahead of this node's clock."""
    return chain.parameters.clock_ahead_max_ms


def recover(
    me: Identity,
    directory: DataDirectory,
    chain: Chain,
    application: LedgerApplication,
) -> Core:
    """Execute again what the log holds beyond the applied state, and return the core there.

    Raises:
        RecoveryFailed: a block of the log does not re-execute, or this program does not know the
            protocol version of the next.
    """
    store = directory.store
    applied, last = store.applied(), store.last()
    execute_log(store, chain)
    log.info("node.recovered", applied=applied.height, last=last.height, term=last.term)
    return Core(
        me,
        disk=store,
        application=application,
        restored=restored(store, directory.guard, life=secrets.randbits(63)),
        timing=TIMING,
        jitter=clock.jitter(TIMING.election),
    )


def execute_log(store: Store, chain: Chain) -> None:
    """Execute on `chain`, which is as it was last applied, what the log holds beyond that.

    Raises:
        RecoveryFailed: as `recover` says.
    """
    applied, last = store.applied(), store.last()
    for height in range(applied.height + 1, last.height + 1):
        entry = store.entry(height)
        if entry is None:
            raise RecoveryFailed(f"the log entry at height {height} is missing")
        try:
            chain.extend(
                entry.payload,
                latest=2**63 - 1,
                accept=lambda _: None,
                completes_change=entry.completes_change,
            )
        except BlockFault as fault:
            raise RecoveryFailed(f"block {height} on disk: {fault}") from fault
        except UnknownVersion as unknown:
            raise RecoveryFailed(str(unknown)) from unknown
    _check_version(chain)


def _check_version(chain: Chain) -> None:
    versions = versions_of(State(chain.tip.tree.get))
    try:
        versions.check(chain.tip.height + 1)
    except UnknownVersion as unknown:
        raise RecoveryFailed(str(unknown)) from unknown
    scheduled = versions.scheduled
    if scheduled is not None and not is_known(scheduled.version):
        log.warning(
            "version.unknown",
            version=scheduled.version,
            height=scheduled.height,
            advice="install a program that knows it before that block",
        )


def restored(store: Store, guard: SignGuard, *, life: int) -> Restored:
    """Return what the core is to know of the disk; `life` tells this start from all others."""
    staged = store.staging.snapshot
    return Restored(
        guard.promise,
        store.last(),
        store.applied().certificate,
        life,
        staged.block if staged is not None else None,
    )
