"""Proof bundles: what a client takes away and checks offline with `amanat.verifier`.

A bundle holds everything but the genesis document. Its headers lead from the block that it speaks
of to the block that its certificate is for, because a certificate makes final all blocks before
its own and not every block has one.
"""

from collections.abc import Sequence

from amanat.consensus.statements import CommitCertificate
from amanat.ledger import merkle
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest
from amanat.ledger.receipts import Receipt
from amanat.ledger.state_tree import StateProof


class BalanceProof(Structure, frozen=True, tag="amanat/balance-proof/v1"):
    """An account's holding of an instrument, or that it has none, in the first header's state."""

    headers: tuple[BlockHeader, ...]
    """Ascending and linked: from the block that is proved to the block that is certified."""
    certificate: CommitCertificate
    """For the last of the headers."""
    proof: StateProof


class Step(Structure, frozen=True):
    """One step of the way from a receipt up to the transactions root."""

    left: bool
    """Whether `digest` stands to the left."""
    digest: Digest


class ReceiptProof(Structure, frozen=True, tag="amanat/receipt-proof/v1"):
    """A transaction's receipt, in the first header's block.

    It states sides and not an index among so many: the root fixes the former and not the latter.
    """

    headers: tuple[BlockHeader, ...]
    certificate: CommitCertificate
    receipt: Receipt
    path: tuple[Step, ...]


def balance_proof(
    headers: Sequence[BlockHeader], certificate: CommitCertificate, proof: StateProof
) -> bytes:
    """Return the bundle for a holding.

    Args:
        headers: from the block whose state `proof` is about to the block of `certificate`.
        certificate: for the last of `headers`.
        proof: of the holding's key under the state root of the first of `headers`.
    """
    return encode(BalanceProof(tuple(headers), certificate, proof))


def receipt_proof(
    headers: Sequence[BlockHeader],
    certificate: CommitCertificate,
    receipts: Sequence[Receipt],
    index: int,
) -> bytes:
    """Return the bundle for one receipt.

    Args:
        headers: from the block that holds the receipt to the block of `certificate`.
        certificate: for the last of `headers`.
        receipts: all receipts of the first block of `headers`, in order.
        index: which of them is proved.

    Raises:
        IndexError: not 0 <= index < len(receipts).
    """
    path = merkle.prove([encode(receipt) for receipt in receipts], index)
    sides = merkle.sides(index, len(receipts))
    steps = tuple(Step(left, beside) for left, beside in zip(sides, path, strict=True))
    return encode(ReceiptProof(tuple(headers), certificate, receipts[index], steps))
