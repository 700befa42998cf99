"""What a node can prove of what it stored, however it came by it; checked as a client does."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pytest
from msgspec.structs import replace

from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId, CommitCertificate, Proposal
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.receipts import Applied, Event, Receipt, Rejected
from amanat.node import provable
from amanat.node.eras import follow
from amanat.node.records import StorageFailed
from amanat.node.store import Store
from amanat.verifier import Balance, Outcome, verify
from tests.ledger.world import BILL
from tests.verifier.changing import (
    AFTER,
    BEGINNING,
    COMPLETING,
    EVERYBODY,
    JOINT,
    LAST,
    NETWORKS,
    OF_NEW,
    OF_OLD,
    ChangingNetwork,
    certificate,
    sign,
)


@pytest.fixture(params=NETWORKS.values(), ids=[str(rule) for rule in NETWORKS])
def network(request: pytest.FixtureRequest) -> ChangingNetwork:
    """One network by majority, then one by two thirds."""
    network: ChangingNetwork = request.param
    return network


@pytest.fixture
def store(network: ChangingNetwork, tmp_path: Path) -> Iterator[Store]:
    """The database of a node that has every block in its log, and has applied none."""
    Store.create(tmp_path / "db", network.document)
    store = Store.open(tmp_path / "db", network.chain_id)
    store.append_synced(None, [entry(network, height) for height in range(1, LAST + 1)])
    yield store
    store.close()


def entry(network: ChangingNetwork, height: int) -> Entry:
    executed = network.block(height)
    header = executed.block.header
    block = BlockId(header.term, height, executed.digest)
    two_thirds = network.rule is QuorumRule.TWO_THIRDS
    # By two thirds the certificate of the child makes the block that began the change final.
    certified = JOINT if two_thirds else BEGINNING
    return Entry(
        block=block,
        parent=header.parent,
        proposer=header.proposer,
        leader_certificate=None,
        parent_certificate=signed(network, height - 1) if two_thirds and height > 1 else None,
        change_certificate=signed(network, certified) if height == COMPLETING else None,
        signature=sign("mof", Proposal(network.chain_id, block).message()),
        payload=executed.payload,
    )


def signed(network: ChangingNetwork, height: int) -> CommitCertificate:
    """The certificate of the block at `height`, by no more than it takes.

    A quorum of the new set is none of the old one then, nor the reverse.
    """
    enough = OF_OLD if height < JOINT else EVERYBODY if height == JOINT else OF_NEW
    return certificate(network.block(height).block.header, enough)


def made_final(network: ChangingNetwork, store: Store, heights: Sequence[int]) -> int:
    """Apply blocks as they become final with these certified ones; return the last height."""
    first = store.applied().height + 1
    for height in heights:
        certified = signed(network, height)
        final = certified.final(network.rule)
        assert final is not None
        store.apply(network.blocks[first - 1 : final.height], certified)
        first = final.height + 1
    return first - 1


def every_way_to_catch_up() -> list[tuple[int, ...]]:
    """In which steps a node may learn that all is final: by which certificates, in order."""
    before = (BEGINNING, JOINT, COMPLETING, AFTER)
    return [(*some, LAST) for count in range(5) for some in combinations(before, count)]


def test_however_a_node_caught_up_what_it_shows_is_proved(
    network: ChangingNetwork, tmp_path: Path
) -> None:
    for number, steps in enumerate(every_way_to_catch_up()):
        path = tmp_path / str(number)
        Store.create(path, network.document)
        store = Store.open(path, network.chain_id)
        store.append_synced(None, [entry(network, height) for height in range(1, LAST + 1)])
        last = made_final(network, store, steps)
        assert last >= AFTER
        for height in (2, JOINT, COMPLETING, AFTER):
            tree = store.tree(height)
            assert tree is not None
            bundle = provable.balance(store, height, tree, "mof-house", BILL)
            finding = verify(network.genesis, bundle)
            assert finding.proved == Balance("mof-house", BILL, 5_000_000_000)
            assert finding.height == height
        store.close()


def test_an_auditor_can_follow_the_eras_that_a_node_shows(
    network: ChangingNetwork, store: Store
) -> None:
    last = made_final(network, store, [LAST])
    found = follow(network.document.authorities, network.chain_id, provable.eras(store, last))
    assert found == network.configurations == list(store.eras)
    for height in range(last + 1):
        shown = provable.eras(store, height)
        assert len(shown) == sum(0 < each.since <= height for each in found)


def test_the_receipt_of_a_change_is_proved(network: ChangingNetwork, store: Store) -> None:
    made_final(network, store, [LAST])
    for height in (3, 4, AFTER):
        (receipt,) = network.block(height).receipts
        finding = verify(network.genesis, provable.receipt(store, height, 0))
        assert finding.proved == Outcome(receipt.transaction.hex(), "applied", None)


def test_nothing_is_shown_for_a_block_that_is_not_final(
    network: ChangingNetwork, store: Store
) -> None:
    final = made_final(network, store, [JOINT])
    tree = network.block(final).tree
    with pytest.raises(StorageFailed, match="no certificate makes the block"):
        provable.balance(store, final + 1, tree, "mof-house", BILL)


def test_a_close_is_certified_unless_something_follows_it_in_its_block(
    network: ChangingNetwork, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    height = made_final(network, store, [JOINT])
    tree = store.tree(height)
    assert tree is not None
    closed = Event(0, "day-closed", {"date": 1})
    close = Receipt(bytes(32), bytes(32), Applied((closed,)))
    executed = Event(0, "proposal-executed", {})
    by_proposal = replace(close, outcome=Applied((closed, executed)))
    other = replace(close, outcome=Applied((Event(0, "transferred", {}),)))
    rejected = replace(close, outcome=Rejected("wrong_day", 0, {}))
    for receipts, is_last in (
        ((close,), True),
        ((other, close), True),
        ((by_proposal,), True),
        ((close, other), False),
        ((close, rejected), False),
        ((other,), False),
    ):
        monkeypatch.setattr(store, "receipts", lambda _height, shown=receipts: shown)
        if is_last:
            assert provable.at_close(store, height, tree, "mof-house", BILL)
        else:
            with pytest.raises(provable.NotLast, match=f"in block {height} others follow"):
                provable.at_close(store, height, tree, "mof-house", BILL)
