"""Today's program reads what earlier ones have stored, and goes on with it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amanat.consensus.evidence import is_proven
from amanat.consensus.interface import Promise
from amanat.consensus.statements import BlockId, Vote, genesis_id
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import decode
from amanat.ledger.executed_block import Tip
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.invariants import violations
from amanat.ledger.receipts import Applied, Rejected
from amanat.ledger.tree.state_tree import StateTree
from amanat.node.leveldb import open_database
from amanat.node.sign_guard import PAGE_BYTES, PromiseBroken, SignGuard
from amanat.node.store import FORMAT, Store
from tests.ledger.world import chain
from tests.node.history import LEADER, History
from tests.node.stored_data import APPLIED, FOLDER, written_today

FILES = sorted(FOLDER.glob("stored-format-*.json"))


class Stored:
    """One file's data on a real disk: a LevelDB and a sign guard."""

    def __init__(self, file: Path, place: Path) -> None:
        self.content: dict[str, Any] = json.loads(file.read_text())
        self.document = decode(bytes.fromhex(self.content["genesis"]), GenesisDocument)
        self.configuration = Configuration.first(self.document.authorities)
        self.chain = bytes.fromhex(self.content["meaning"]["chain"])
        self.place = place
        database = open_database(place / "db", create=True)
        for key, value in self.content["database"].items():
            database.put(bytes.fromhex(key), bytes.fromhex(value))
        database.close()
        pages = [bytes.fromhex(page) for page in self.content["sign_guard"]]
        padded = b"".join(page.ljust(PAGE_BYTES, b"\x00") for page in pages)
        (place / "sign-guard").write_bytes(padded)

    def open(self) -> tuple[Store, SignGuard]:
        return Store.open(self.place / "db", self.chain), SignGuard.open(self.place / "sign-guard")

    @property
    def last(self) -> BlockId:
        term, height, digest = self.content["meaning"]["last"]
        return BlockId(term, height, bytes.fromhex(digest))

    @property
    def roots(self) -> list[bytes]:
        """The state root after each block."""
        return [bytes.fromhex(root) for root in self.content["meaning"]["roots"]]


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Stored:
    return Stored(request.param, tmp_path)


@pytest.fixture
def opened(stored: Stored) -> Iterator[tuple[Store, SignGuard]]:
    store, guard = stored.open()
    yield store, guard
    store.close()
    guard.close()


def test_there_is_data_of_every_format_since_the_first_that_is_kept() -> None:
    numbers = sorted(int(file.stem.rsplit("-", 1)[1]) for file in FILES)
    assert numbers == list(range(2, FORMAT + 1))


def test_today_s_format_is_still_that_of_its_file() -> None:
    """If this fails the format has changed: it needs a new number, and a file of its own."""
    assert written_today() == json.loads((FOLDER / f"stored-format-{FORMAT}.json").read_text())


def test_the_chain_is_the_one_that_was_founded(stored: Stored) -> None:
    assert stored.document.chain_id() == stored.chain


def test_the_log_and_what_is_applied_are_read(
    stored: Stored, opened: tuple[Store, SignGuard]
) -> None:
    store, _ = opened
    applied = store.applied()
    assert store.last() == stored.last
    assert applied.height == APPLIED
    assert applied.certificate is not None
    assert applied.certificate.is_valid(stored.chain, stored.configuration)
    for height in range(1, APPLIED + 1):
        header, tree = store.header(height), store.tree(height)
        assert header is not None
        assert tree is not None
        assert header.state_root == tree.root == stored.roots[height - 1]
        assert violations(tree.items()) == []


def test_transactions_and_their_receipts_are_found(
    stored: Stored, opened: tuple[Store, SignGuard]
) -> None:
    store, _ = opened
    *final, waiting = [bytes.fromhex(each) for each in stored.content["meaning"]["transactions"]]
    for transaction in final:
        height, index = store.transaction(transaction) or (0, 0)
        receipt = store.receipts(height)[index]
        assert receipt.transaction == transaction
        assert isinstance(receipt.outcome, Applied)
    assert not store.contains(waiting)


def test_evidence_is_still_evidence(stored: Stored, opened: tuple[Store, SignGuard]) -> None:
    (evidence,) = opened[0].evidence()
    assert is_proven(evidence, stored.chain, stored.configuration)


def test_what_was_promised_binds_today_s_program(
    stored: Stored, opened: tuple[Store, SignGuard]
) -> None:
    _, guard = opened
    vote = Vote(stored.chain, 1, LEADER, genesis_id(stored.chain))
    assert guard.promise == Promise(1, vote, stored.last)
    with pytest.raises(PromiseBroken):
        guard.write(Promise(1, None, stored.last))


def test_the_log_executes_to_the_same_states(
    stored: Stored, opened: tuple[Store, SignGuard]
) -> None:
    anew = chain(stored.document)
    executed = [
        anew.extend(entry.payload, latest=2**63 - 1, accept=lambda _: None)
        for entry in opened[0].entries(1, stored.last.height, 2**63)
    ]
    assert [block.tree.root for block in executed] == stored.roots
    (receipt,) = executed[-1].receipts
    assert isinstance(receipt.outcome, Rejected)


def test_a_node_goes_on_from_it(stored: Stored) -> None:
    store, guard = stored.open()
    applied = store.applied()
    history = History(stored.document)
    tree = StateTree.open(applied.root, store)
    final = Tip(applied.height, applied.digest, applied.time, tree)
    history.entries = list(store.entries(1, stored.last.height, 2**63))
    history.resume(final)
    entry = history.grow()
    certificate = history.certificate(entry.block.height)
    store.append_synced(None, [entry])
    guard.write(Promise(1, guard.promise.vote, entry.block))
    store.apply(history.blocks, certificate)
    store.close()
    guard.close()
    store, guard = stored.open()
    assert store.applied().certificate == certificate
    assert store.last() == guard.promise.acked == entry.block
    store.close()
    guard.close()
