"""Builds proof bundles from what a node has stored."""

from collections.abc import Iterator
from itertools import pairwise

from amanat.consensus.statements import CommitCertificate
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import decode
from amanat.ledger.receipts import Applied, Receipt
from amanat.ledger.state import CONFIGURATION, HOLDINGS
from amanat.ledger.tree.state_tree import StateTree
from amanat.node.eras import Era
from amanat.node.proofs import balance_certificate, balance_proof, receipt_proof
from amanat.node.records import StorageFailed
from amanat.node.store import Store


def balance(store: Store, height: int, tree: StateTree, account: str, instrument: str) -> bytes:
    """Return the proof of what the account holds, or that it holds nothing, at `height`.

    Args:
        store: where the headers and certificates are.
        height: of a final block.
        tree: the state after it.
        account: any account name.
        instrument: any instrument identifier.
    """
    headers, certificate = certified(store, height)
    proof = tree.prove(HOLDINGS.key(account, instrument))
    return balance_proof(eras(store, headers[-1].height), headers, certificate, proof)


class NotLast(Exception):  # noqa: N818 - a fact about a block
    """Transactions follow the close of the day in its block: its state is not that of the close."""


def at_close(store: Store, height: int, tree: StateTree, account: str, instrument: str) -> bytes:
    """Return the certificate of what the account held at the close of a business day.

    Args:
        store: where the headers, receipts and certificates are.
        height: of the final block that closed the day.
        tree: the state after it.
        account: any account name.
        instrument: any instrument identifier.

    Raises:
        NotLast: a leader put transactions behind the close, which honest ones do not.
    """
    receipts = store.receipts(height)
    if not closes_a_day(receipts[-1]):
        raise NotLast(f"in block {height} others follow the close of the day: ask by at_height")
    return balance_certificate(balance(store, height, tree, account, instrument), receipts)


def closes_a_day(receipt: Receipt) -> bool:
    """Return whether the last thing that a transaction did was to close a business day.

    A proposal that closes one is executed only after that.
    """
    if not isinstance(receipt.outcome, Applied):
        return False
    did = [event.name for event in receipt.outcome.events if event.name != "proposal-executed"]
    return did[-1:] == ["day-closed"]


def receipt(store: Store, height: int, index: int) -> bytes:
    """Return the proof of the receipt at `index` of the final block at `height`."""
    headers, certificate = certified(store, height)
    shown = eras(store, headers[-1].height)
    return receipt_proof(shown, headers, certificate, store.receipts(height), index)


def eras(store: Store, height: int) -> list[Era]:
    """Return the proof of every configuration after genesis, up to the block at `height`."""
    found = []
    for known, brought in pairwise(store.eras):
        since = brought.since
        if since > height:
            break
        kept = store.eras.proof(since)
        found.append(decode(kept, Era) if kept is not None else _era(known, store, since))
    return found


def _era(known: Configuration, store: Store, since: int) -> Era:
    """Return the proof of the configuration after `known`, made of what is kept."""
    final, certificate = _proof_to(known, store, since)
    tree = store.tree(since)
    if tree is None:
        raise StorageFailed(f"the state at height {since} is missing")
    return Era(tuple(_headers(store, since, final)), certificate, tree.prove(CONFIGURATION.key()))


def _proof_to(known: Configuration, store: Store, height: int) -> tuple[int, CommitCertificate]:
    """Return what makes the block at `height` final for those who know the configuration before.

    The first certificate that was kept may be of an era that they cannot check, where this node
    caught up with several at once. Then the next block that completes a change carries one, of
    those who decided before it.
    """
    for certificate in (store.certificate_from(height), *_of_changes(store, height)):
        final = certificate.final(known.current.rule) if certificate is not None else None
        if certificate is None or final is None or final.height < height:
            continue
        if certificate.is_proof(store.chain, known):
            return final.height, certificate
    raise StorageFailed(f"no certificate proves the authorities of height {height}")


def _of_changes(store: Store, height: int) -> Iterator[CommitCertificate | None]:
    for configuration in store.eras:
        if configuration.since > height:
            yield store.eras.change_certificate(configuration.since)


def certified(store: Store, height: int) -> tuple[list[BlockHeader], CommitCertificate]:
    """Return the headers from the final block at `height` on, and the certificate of the last."""
    certificate = store.certificate_from(height)
    certifier = store.eras.certifier(height)
    final = certificate.final(certifier.current.rule) if certificate and certifier else None
    if certificate is None or final is None:
        raise StorageFailed(f"no certificate makes the block at height {height} final")
    return _headers(store, height, final.height), certificate


def _headers(store: Store, first: int, last: int) -> list[BlockHeader]:
    headers = []
    for height in range(first, last + 1):
        header = store.header(height)
        if header is None:
            raise StorageFailed(f"the header at height {height} is missing")
        headers.append(header)
    return headers
