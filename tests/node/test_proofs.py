"""Bundles as the node builds them; whether they verify is tested in tests/verifier."""

import pytest

from amanat.ledger.encoding import decode, encode
from amanat.ledger.state import HOLDINGS
from amanat.ledger.tree import merkle
from amanat.node.proofs import BalanceProof, ReceiptProof, Step, balance_proof, receipt_proof
from tests.verifier.rehearsal import BILL, CERTIFICATE, HEADERS, RECEIPTS, TREE


def test_a_balance_proof_carries_what_it_was_given() -> None:
    proof = TREE.prove(HOLDINGS.key("client-1", BILL))
    bundle = decode(balance_proof([], HEADERS, CERTIFICATE, proof), BalanceProof)
    assert bundle == BalanceProof((), tuple(HEADERS), CERTIFICATE, proof)


def test_a_receipt_proof_carries_one_receipt_and_its_path() -> None:
    leaves = [encode(receipt) for receipt in RECEIPTS]
    for index, receipt in enumerate(RECEIPTS):
        bundle = decode(receipt_proof([], HEADERS, CERTIFICATE, RECEIPTS, index), ReceiptProof)
        path = zip(merkle.sides(index, len(leaves)), merkle.prove(leaves, index), strict=True)
        assert bundle.receipt == receipt
        assert bundle.path == tuple(Step(left, beside) for left, beside in path)


@pytest.mark.parametrize("index", [-1, len(RECEIPTS)])
def test_a_receipt_that_the_block_does_not_have_is_not_proved(index: int) -> None:
    with pytest.raises(IndexError):
        receipt_proof([], HEADERS, CERTIFICATE, RECEIPTS, index)
