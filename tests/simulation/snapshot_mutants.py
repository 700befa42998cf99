"""Which rules of taking in a snapshot are switched off, one at a time."""

from amanat.consensus import snapshots
from tests.simulation.mutation import Edit, mutant

SNAPSHOT_MUTANTS = (
    mutant(
        "a snapshot is of what a quorum made final",
        "Violation",
        0,
        Edit(
            snapshots._offer_fault,
            "not snapshot.certificate.is_proof(raft.me.chain, _certifier(snapshot, known))",
            "False",
        ),
    ),
    mutant(
        "a certificate shows signatures of those alone who decide",
        "Violation",
        0,
        Edit(
            snapshots._offer_fault,
            "not snapshot.certificate.is_signed_by(raft.me.chain, known[-1])",
            "False",
        ),
    ),
    mutant(
        "a wrong piece is not taken",
        "Violation|StoreError|EncodingError",
        0,
        Edit(snapshots.on_piece, "if fault:", "if False:"),
    ),
    mutant(
        "whoever lacks a piece asks the next",
        "Violation: 14",
        20,
        Edit(snapshots.on_tick, "_ask(raft, fetch, _next_peer(raft, fetch))", "pass"),
    ),
)
