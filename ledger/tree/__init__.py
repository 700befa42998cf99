"""The state as a Merkle tree: its nodes, proofs, and the pieces in which it travels."""
