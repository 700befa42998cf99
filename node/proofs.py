"""Proof bundles: what a client takes away and checks offline with `amanat.verifier`.

A bundle holds everything but the genesis document. Its headers lead from the block that it speaks
of to the block that its certificate is for, because a certificate makes final all blocks before
its own and not every block has one. Its eras lead from the genesis document to whoever signed that
certificate.
"""

from collections.abc import Sequence

from amanat.consensus.statements import CommitCertificate
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.encoding import Structure, decode, encode
from amanat.ledger.identifiers import Digest
from amanat.ledger.receipts import Receipt
from amanat.ledger.tree import merkle
from amanat.ledger.tree.state_tree import StateProof
from amanat.node.eras import Era


class BalanceProof(Structure, frozen=True, tag="amanat/balance-proof/v1"):
    """An account's holding of an instrument, or that it has none, in the first header's state."""

    eras: tuple[Era, ...]
    """Every configuration of the authorities after the first, up to the last header's height."""
    headers: tuple[BlockHeader, ...]
    """Ascending and linked: from the block that is proved to the last that is made final."""
    certificate: CommitCertificate
    """Makes the last of the headers final."""
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

    eras: tuple[Era, ...]
    headers: tuple[BlockHeader, ...]
    certificate: CommitCertificate
    receipt: Receipt
    path: tuple[Step, ...]


class BalanceCertificate(Structure, frozen=True, tag="amanat/balance-certificate/v1"):
    """What an account held at the close of a business day, in the block that closed it.

    The receipt is of the transaction that closed the day, the last in its block.
    """

    eras: tuple[Era, ...]
    headers: tuple[BlockHeader, ...]
    certificate: CommitCertificate
    proof: StateProof
    receipt: Receipt
    path: tuple[Step, ...]


def balance_proof(
    eras: Sequence[Era],
    headers: Sequence[BlockHeader],
    certificate: CommitCertificate,
    proof: StateProof,
) -> bytes:
    """Return the bundle for a holding.

    Args:
        eras: of every configuration after genesis up to the last header.
        headers: from the block that `proof` is about to the last that is made final.
        certificate: makes the last of `headers` final.
        proof: of the holding's key under the state root of the first of `headers`.
    """
    return encode(BalanceProof(tuple(eras), tuple(headers), certificate, proof))


def receipt_proof(
    eras: Sequence[Era],
    headers: Sequence[BlockHeader],
    certificate: CommitCertificate,
    receipts: Sequence[Receipt],
    index: int,
) -> bytes:
    """Return the bundle for one receipt.

    Args:
        eras: of every configuration after genesis up to the last header.
        headers: from the block that holds the receipt to the last that `certificate` makes final.
        certificate: makes the last of `headers` final.
        receipts: all receipts of the first block of `headers`, in order.
        index: which of them is proved.

    Raises:
        IndexError: not 0 <= index < len(receipts).
    """
    steps = _path(receipts, index)
    return encode(ReceiptProof(tuple(eras), tuple(headers), certificate, receipts[index], steps))


def balance_certificate(balance: bytes, receipts: Sequence[Receipt]) -> bytes:
    """Return the certificate of a balance at the close of a day.

    Args:
        balance: the proof of the holding, in the block that closed the day.
        receipts: all receipts of that block, in order; the last closed the day.
    """
    shown = decode(balance, BalanceProof)
    steps = _path(receipts, len(receipts) - 1)
    return encode(
        BalanceCertificate(
            shown.eras, shown.headers, shown.certificate, shown.proof, receipts[-1], steps
        )
    )


def _path(receipts: Sequence[Receipt], index: int) -> tuple[Step, ...]:
    path = merkle.prove([encode(receipt) for receipt in receipts], index)
    sides = merkle.sides(index, len(receipts))
    return tuple(Step(left, beside) for left, beside in zip(sides, path, strict=True))
