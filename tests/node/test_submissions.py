"""The door of the node: what is let in, what it then is, and when that can no longer change."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.operations import Transfer
from amanat.ledger.rejections import DoorCode, DoorRefusal
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.pool import Pool, PoolFull
from amanat.node.store import Store
from amanat.node.submissions import Submissions, TransactionState
from tests.ledger.desk import Desk, desk_with_market, opened
from tests.ledger.world import RUPEE, genesis

PAYMENT = Transfer("alpha", "beta", RUPEE, 1)


class Door:
    """The door of a node whose ledger is a desk's; nothing of it is on disk yet."""

    def __init__(self, desk: Desk, store: Store, capacity: int) -> None:
        self.desk = desk
        self.pool = Pool(capacity)
        self.admitted: list[CheckedTransaction] = []
        self.submissions = Submissions(
            chain=desk.leader,
            store=store,
            pool=self.pool,
            admitted=self.admitted.append,
            now=lambda: desk.time,
        )

    def payment(self) -> bytes:
        return self.desk.writer.sign(["alpha"], PAYMENT)

    def settle(self, time: int, *blocks: ExecutedBlock) -> None:
        self.submissions.applied(blocks, time)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    document = genesis()
    Store.create(tmp_path / "db", document)
    store = Store.open(tmp_path / "db", document.chain_id())
    yield Door(desk_with_market(), store, capacity=3)
    store.close()


def test_what_is_let_in_is_pending_and_handed_on_once(door: Door) -> None:
    envelope = door.payment()
    for _ in range(3):
        status = door.submissions.submit(envelope)
        assert (status.state, status.is_final) == (TransactionState.PENDING, False)
    assert [each.envelope for each in door.admitted] == [envelope]
    assert len(door.pool) == 1


def test_what_is_refused_leaves_no_trace(door: Door) -> None:
    with pytest.raises(DoorRefusal):
        door.submissions.submit(b"garbage")
    assert (door.admitted, len(door.pool)) == ([], 0)


def test_a_full_pool_says_so_and_what_it_holds_is_still_known(door: Door) -> None:
    first = door.payment()
    door.submissions.submit(first)
    for _ in range(2):
        door.submissions.submit(door.payment())
    with pytest.raises(PoolFull):
        door.submissions.submit(door.payment())
    assert door.submissions.submit(first).state is TransactionState.PENDING


def test_what_stands_in_a_block_that_is_not_final_is_pending(door: Door) -> None:
    envelope = door.payment()
    door.desk.submit(envelope)
    assert door.submissions.submit(envelope).state is TransactionState.PENDING
    assert door.admitted == []


def test_what_nobody_sent_is_unknown(door: Door) -> None:
    status = door.submissions.status(bytes(32))
    assert (status.state, status.is_final) == (TransactionState.UNKNOWN, False)


def test_what_ledger_time_has_passed_is_expired_for_good(door: Door) -> None:
    door.desk.writer.valid_until = door.desk.time + 1_000
    envelope = door.payment()
    status = door.submissions.submit(envelope)
    door.settle(door.desk.time + 1_000)
    assert door.submissions.status(status.id).state is TransactionState.PENDING
    door.settle(door.desk.time + 1_001)
    for each in (door.submissions.status(status.id), door.submissions.submit(envelope)):
        assert (each.state, each.is_final) == (TransactionState.EXPIRED, True)


async def test_who_waits_is_told_when_it_expires(door: Door) -> None:
    door.desk.writer.valid_until = door.desk.time + 1_000
    status = door.submissions.submit(door.payment())
    waiting = asyncio.create_task(door.submissions.wait_final(status.id, 60))
    await asyncio.sleep(0)
    door.settle(door.desk.time + 5_000)
    assert (await waiting).state is TransactionState.EXPIRED


async def test_who_waits_in_vain_is_told_where_it_stands(door: Door) -> None:
    status = door.submissions.submit(door.payment())
    assert (await door.submissions.wait_final(status.id, 0.01)).state is TransactionState.PENDING


async def test_of_what_a_peer_forwards_the_good_is_taken_and_the_rest_counted(door: Door) -> None:
    good = [door.payment() for _ in range(3)]
    refused = await door.submissions.take_forwarded([b"garbage", *good, door.payment()])
    assert refused == 2  # garbage, and one more than the pool holds
    assert [each.envelope for each in door.admitted] == good


def test_a_transaction_for_another_chain_is_named_so(door: Door) -> None:
    door.desk.writer.chain_id = bytes(32)
    with pytest.raises(DoorRefusal) as refused:
        door.submissions.submit(door.payment())
    assert refused.value.code is DoorCode.WRONG_CHAIN
    assert opened(door.payment()).id not in door.pool
