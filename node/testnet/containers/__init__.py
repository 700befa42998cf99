"""A test network whose nodes are apart, each in a container that sees no more than is its own.

Reading order: `places` (who is where, and what lies where), `founding` (keys, genesis document,
settings and data directories, made once), `admission` (a node that only reads joins by a decision
on the ledger). `docker/compose.yaml` runs them.
"""
