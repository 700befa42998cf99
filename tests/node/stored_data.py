"""What a node has on disk, as the program of a past day wrote it.

    python -m tests.node.stored_data

writes `stored-format-<n>.json` with today's program and never overwrites. What nodes in the
field may hold is kept for good: a new format gets a new file, and the old ones must still be read.
"""

import json
from pathlib import Path
from typing import Any, Final

from amanat.consensus.evidence import DoubleProposal, SignedBlock
from amanat.consensus.interface import Promise
from amanat.consensus.statements import BlockId, Proposal, Vote, genesis_id
from amanat.ledger.encoding import encode
from amanat.node.sign_guard import PAGE_BYTES, SignGuard
from amanat.node.store import FORMAT, Store
from tests.ledger.world import account, holder, key, rupee
from tests.node.history import LEADER, History
from tests.simulation.database import SimulatedDatabase
from tests.simulation.guard_file import SimulatedGuardFile

FOLDER: Final = Path(__file__).parent
APPLIED: Final = 3
"""Blocks that are applied; one more is in the log."""


def written_today() -> dict[str, Any]:
    """Return the data of a node that has applied three blocks of four, and what it means."""
    history = History()
    sign = history.writer.sign
    history.grow()
    history.grow([sign(["sbp"], rupee(), account("sbp-house", "sbp", "sbp"))])
    history.grow([sign(["custodian-a"], holder("alpha"), account("alpha", "alpha", "custodian-a"))])
    history.grow([sign(["sbp"], rupee())])  # once too often: rejected
    database = SimulatedDatabase()
    Store.found(database, history.document)
    store = Store.resume(database, history.chain_id)
    store.append_synced(None, history.entries)
    store.apply(history.blocks[:APPLIED], history.certificate(APPLIED))
    store.keep(double_proposal(history))
    file = SimulatedGuardFile()
    guard = SignGuard.resume(file)
    last = history.entries[-1].block
    vote = Vote(history.chain_id, 1, LEADER, genesis_id(history.chain_id))
    guard.write(Promise(1, vote, last))
    pages = [file.read()[at : at + PAGE_BYTES] for at in range(0, len(file.read()), PAGE_BYTES)]
    return {
        "format": FORMAT,
        "genesis": encode(history.document).hex(),
        "database": {
            record.hex(): value.hex()
            for table in sorted(database.content().items())
            for record, value in sorted(table[1].items())
        },
        "sign_guard": [page.rstrip(b"\x00").hex() for page in pages],
        "meaning": {
            "chain": history.chain_id.hex(),
            "applied": APPLIED,
            "last": [last.term, last.height, last.digest.hex()],
            "roots": [block.tree.root.hex() for block in history.blocks],
            "transactions": [block.ids[0].hex() for block in history.blocks if block.ids],
        },
    }


def double_proposal(history: History) -> DoubleProposal:
    """Return evidence against the leader."""

    def proposed(digest: bytes) -> SignedBlock:
        block = BlockId(1, 1, digest)
        message = Proposal(history.chain_id, block).message()
        return SignedBlock(block, key(f"authority {LEADER}").sign(message).signature)

    return DoubleProposal(LEADER, proposed(bytes(32)), proposed(bytes([1]) * 32))


def main() -> None:
    """Write today's data, where there is none of this format yet."""
    with (FOLDER / f"stored-format-{FORMAT}.json").open("x") as file:
        file.write(json.dumps(written_today(), indent=1) + "\n")


if __name__ == "__main__":
    main()
