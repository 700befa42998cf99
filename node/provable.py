"""Builds proof bundles from what a node has stored."""

from amanat.consensus.statements import CommitCertificate
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.state import HOLDINGS
from amanat.ledger.state_tree import StateTree
from amanat.node.proofs import balance_proof, receipt_proof
from amanat.node.store import StorageFailed, Store


def balance(store: Store, height: int, tree: StateTree, account: str, instrument: str) -> bytes:
    """Return the proof of what the account holds, or that it holds nothing, at `height`.

    Args:
        store: where the headers and certificates are.
        height: of a final block.
        tree: the state after it.
        account: any account name.
        instrument: any instrument identifier.
    """
    headers, certificate = _certified(store, height)
    return balance_proof(headers, certificate, tree.prove(HOLDINGS.key(account, instrument)))


def receipt(store: Store, height: int, index: int) -> bytes:
    """Return the proof of the receipt at `index` of the final block at `height`."""
    headers, certificate = _certified(store, height)
    return receipt_proof(headers, certificate, store.receipts(height), index)


def _certified(store: Store, height: int) -> tuple[list[BlockHeader], CommitCertificate]:
    certificate = store.certificate_from(height)
    if certificate is None:
        raise StorageFailed(f"no certificate makes the block at height {height} final")
    headers = []
    for each in range(height, certificate.block.height + 1):
        header = store.header(each)
        if header is None:
            raise StorageFailed(f"the header at height {each} is missing")
        headers.append(header)
    return headers, certificate
