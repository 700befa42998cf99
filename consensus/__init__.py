"""How authorities agree: Raft in which every step that binds is signed, with a sovereign quorum.

Pure: no I/O, clock, randomness, threads or event loop. Blocks are opaque bytes here.

Reading order: `statements` (what is signed, and certificates), `log_entry` and `messages` (what
travels), `interface` (events in, effects out: the driver's whole duty), `raft` (the state, one
page), `elections`, `leading`, `following` and `acks` (Raft's Figure 2, see docs/consensus.md),
`reads`, `handover`, `membership`, `snapshots`, `catching_up`, `sharing`, `later_terms` and
`patience` (what it leaves open), `notes` (what it says of elections), `core` (the step function).

`submission` is what an authority signs for a client; consensus itself makes no use of it.

Words: a block is *certified* when a sovereign quorum acked it, and *final* when it or a block
after it is certified. Final is what Raft calls committed.
"""
