"""Builds proof bundles from what a node has stored."""

from amanat.consensus.statements import CommitCertificate
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.state import CONFIGURATION, HOLDINGS
from amanat.ledger.state_tree import StateTree
from amanat.node.eras import Era
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
    proof = tree.prove(HOLDINGS.key(account, instrument))
    return balance_proof(eras(store, headers[-1].height), headers, certificate, proof)


def receipt(store: Store, height: int, index: int) -> bytes:
    """Return the proof of the receipt at `index` of the final block at `height`."""
    headers, certificate = _certified(store, height)
    shown = eras(store, headers[-1].height)
    return receipt_proof(shown, headers, certificate, store.receipts(height), index)


def eras(store: Store, height: int) -> list[Era]:
    """Return the proof of every configuration after genesis, up to the block at `height`."""
    found = []
    for configuration in store.eras:
        since = configuration.since
        if not 0 < since <= height:
            continue
        headers, certificate = _certified(store, since)
        tree = store.tree(since)
        if tree is None:
            raise StorageFailed(f"the state at height {since} is missing")
        found.append(Era(tuple(headers), certificate, tree.prove(CONFIGURATION.key())))
    return found


def _certified(store: Store, height: int) -> tuple[list[BlockHeader], CommitCertificate]:
    certificate = store.certificate_from(height)
    if certificate is None:
        raise StorageFailed(f"no certificate makes the block at height {height} final")
    first = store.eras.certifier(height)
    rule = first.current.rule if first is not None else QuorumRule.MAJORITY
    final = certificate.final(rule)
    headers = []
    for each in range(height, (final.height if final else height) + 1):
        header = store.header(each)
        if header is None:
            raise StorageFailed(f"the header at height {each} is missing")
        headers.append(header)
    return headers, certificate
