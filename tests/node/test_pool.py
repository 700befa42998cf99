"""The pool: in order of arrival, within its room, and empty of what can never be in a block."""

import pytest

from amanat.ledger.operations import Transfer
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.pool import Pool, PoolFull
from tests.ledger.desk import opened
from tests.ledger.world import RUPEE, START, Writer

WRITER = Writer(bytes(32))


def transaction(valid_until: int = START) -> CheckedTransaction:
    """Return another transaction each time."""
    WRITER.valid_until = valid_until
    return opened(WRITER.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1)))


ONE, TWO, THREE = (transaction() for _ in range(3))


def pool_of(*transactions: CheckedTransaction, capacity: int = 100) -> Pool:
    pool = Pool(capacity)
    for each in transactions:
        assert pool.add(each)
    return pool


def test_transactions_wait_in_the_order_of_their_arrival() -> None:
    pool = pool_of(TWO, ONE, THREE)
    assert pool.first(2) == [TWO, ONE]
    assert pool.first(0) == []
    assert pool.first(10) == [TWO, ONE, THREE]
    assert list(pool.envelopes()) == [each.envelope for each in (TWO, ONE, THREE)]
    assert (len(pool), pool.waiting) == (3, 3)


def test_looking_at_the_first_takes_none_away() -> None:
    pool = pool_of(ONE, TWO)
    assert pool.first(1) == pool.first(1) == [ONE]


def test_a_transaction_is_taken_once() -> None:
    pool = pool_of(ONE)
    assert not pool.add(ONE)
    pool.placed([ONE.id])
    assert not pool.add(ONE)
    assert len(pool) == 1


def test_what_a_block_holds_waits_no_more_and_is_still_known() -> None:
    pool = pool_of(ONE, TWO)
    pool.placed([ONE.id])
    assert pool.first(10) == [TWO]
    assert list(pool.envelopes()) == [TWO.envelope]
    assert ONE.id in pool
    assert (len(pool), pool.waiting) == (2, 1)


def test_what_a_replaced_block_held_waits_again() -> None:
    pool = pool_of(ONE, TWO)
    pool.placed([ONE.id, TWO.id])
    assert pool.first(10) == []
    pool.displaced([TWO.id, ONE.id])
    assert {each.id for each in pool.first(10)} == {ONE.id, TWO.id}


def test_what_was_never_here_may_be_placed_displaced_and_removed() -> None:
    pool = pool_of(ONE)
    for told in (pool.placed, pool.displaced, pool.remove):
        told([TWO.id])
    pool.displaced([ONE.id])  # it waits already
    assert pool.first(10) == [ONE]
    assert TWO.id not in pool


def test_what_is_settled_leaves_wherever_it_was() -> None:
    pool = pool_of(ONE, TWO, THREE)
    pool.placed([TWO.id])
    pool.remove([ONE.id, TWO.id])
    assert pool.first(10) == [THREE]
    assert [each.id in pool for each in (ONE, TWO, THREE)] == [False, False, True]
    assert pool.add(ONE)


def test_a_full_pool_says_so_and_takes_again_once_there_is_room() -> None:
    pool = pool_of(ONE, TWO, capacity=2)
    with pytest.raises(PoolFull, match="2 transactions wait already"):
        pool.add(THREE)
    assert THREE.id not in pool
    pool.placed([ONE.id])  # in a block, and not final yet: it still takes room
    with pytest.raises(PoolFull):
        pool.add(THREE)
    pool.remove([ONE.id])
    assert pool.add(THREE)


def test_what_is_known_to_a_full_pool_is_not_refused() -> None:
    pool = pool_of(ONE, capacity=1)
    assert not pool.add(ONE)


def test_what_no_later_block_may_hold_is_dropped_and_named() -> None:
    early, late, middle = transaction(START + 1), transaction(START + 9), transaction(START + 5)
    pool = pool_of(early, late, middle)
    assert pool.expire(START + 1) == []  # a block of that very time could still hold it
    assert pool.expire(START + 2) == [early.id]
    assert pool.expire(START + 2) == []
    assert pool.first(10) == [late, middle]
    assert pool.expire(START + 100) == [middle.id, late.id]
    assert len(pool) == 0


def test_what_a_block_holds_does_not_expire() -> None:
    inside, outside = transaction(START + 1), transaction(START + 1)
    pool = pool_of(inside, outside)
    pool.placed([inside.id])
    assert pool.expire(START + 2) == [outside.id]
    assert inside.id in pool


def test_what_is_settled_does_not_expire_as_well() -> None:
    pool = pool_of(ONE, TWO)
    pool.remove([ONE.id])
    assert pool.expire(START + 1) == [TWO.id]


def test_what_has_expired_by_then_is_passed_over() -> None:
    late, early, later = transaction(START + 2), transaction(START), transaction(START + 3)
    pool = pool_of(late, early, later)
    assert pool.first(1, valid_at=START + 1) == [late]
    assert pool.first(9, valid_at=START + 1) == [late, later]
    assert pool.first(9, valid_at=START) == [late, early, later]


def test_it_knows_whether_something_expires_within_a_span() -> None:
    pool = pool_of(placed := transaction(START + 1), transaction(START + 5))
    pool.placed([placed.id])
    assert not pool.expires(START, START + 5)
    assert pool.expires(START, START + 6)
    assert pool.expires(START + 5, START + 6)
    assert not pool.expires(START + 6, START + 9)
