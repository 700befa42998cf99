"""A node: what touches the world, around the pure cores.

Reading order: `node` (the parts and how they are connected), `submissions`, `pool`, `forwarder`,
`proposer` (a transaction's way in), `driver` and `application` (consensus and ledger), `leveldb`,
`store`, `sign_guard`, `forgotten_past`, `disk_writer`, `data_directory` (what is on disk, and
when), `tls`, `peer_frames`, `peer_transport` (peers), `proofs`, `provable` (what is handed out to
be checked offline), `listening`, `run` (one process, from start to SIGTERM). Then the folders:
`written` (operations in JSON), `feed` (events in order), `statements` (files for bookkeepers),
`api`, `monitoring`, `explorer`, `audit`, `backup`, `doctor`, `joining`, `ceremony`, `cli`,
`testnet`.
"""
