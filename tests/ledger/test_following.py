"""A follower re-executes every block, and takes no leader's word for anything."""

from typing import Any

import msgspec
import pytest

from amanat.ledger.blocks import Block
from amanat.ledger.chain import BlockFault, Chain
from amanat.ledger.encoding import encode
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.operations import Transfer
from tests.ledger.desk import NEVER, Desk, anything, build, desk_with_market, limited
from tests.ledger.world import RUPEE, START

PAYMENT = Transfer("alpha", "beta", RUPEE, 1)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def tampered(block: ExecutedBlock, **changes: Any) -> bytes:
    header = msgspec.structs.replace(block.block.header, **changes)
    return encode(Block(header, block.block.transactions))


def fault(on: Chain, payload: bytes, *, latest: int = NEVER) -> str:
    before = on.tip
    with pytest.raises(BlockFault) as found:
        on.extend(payload, latest=latest, accept=anything)
    assert on.tip == before
    return str(found.value)


def test_a_follower_refuses_a_header_that_consensus_refuses(desk: Desk) -> None:
    block = build(desk.leader)
    with pytest.raises(BlockFault, match="not the entry's"):
        desk.follower.extend(block.payload, latest=NEVER, accept=lambda _: "not the entry's")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chain": bytes(32)}, "for the chain"),
        ({"height": 100}, "does not follow the tip"),
        ({"parent": bytes(32)}, "does not follow the tip"),
        ({"time": START}, "not after its parent's"),
        ({"configuration": bytes(32)}, "another configuration"),
        ({"leader_certificate": bytes(31)}, "not a digest"),
        ({"state_root": bytes(32)}, "state re-executes to"),
        ({"transactions_root": bytes(32)}, "transactions re-execute to"),
        ({"version": 2}, "not a valid encoding"),
        ({"proposer": "Nobody!"}, "not a valid encoding"),
    ],
)
def test_a_follower_refuses_a_block_whose_header_does_not_agree(
    desk: Desk, changes: dict[str, Any], reason: str
) -> None:
    block = build(desk.leader, [desk.writer.sign(["alpha"], PAYMENT)])
    assert reason in fault(desk.follower, tampered(block, **changes))


def test_a_follower_refuses_a_block_at_the_very_time_of_its_parent(desk: Desk) -> None:
    payload = tampered(build(desk.leader), time=desk.leader.tip.time)
    assert "not after its parent's" in fault(desk.follower, payload)


def test_a_follower_refuses_a_block_too_far_ahead_of_its_clock(desk: Desk) -> None:
    block = build(desk.leader, time=START + 10_000)
    assert "ahead of this node's clock" in fault(desk.follower, block.payload, latest=START + 9_999)
    desk.follower.extend(block.payload, latest=START + 10_000, accept=anything)


@pytest.mark.parametrize("payload", [b"", b"\xc0", b"\x92\x90\x90", b"\x91" * 1_000])
def test_a_follower_refuses_what_is_no_block(desk: Desk, payload: bytes) -> None:
    assert "not a valid encoding" in fault(desk.follower, payload)


def test_a_follower_refuses_trailing_bytes(desk: Desk) -> None:
    assert fault(desk.follower, build(desk.leader).payload + b"\xc0")


def forged_block(desk: Desk, *transactions: bytes) -> bytes:
    """Return a block with these transactions, and roots that a leader can only guess."""
    return encode(Block(build(desk.leader).block.header, transactions))


def test_a_leader_cannot_forge_a_transfer(desk: Desk) -> None:
    forged = bytearray(desk.writer.sign(["alpha"], PAYMENT))
    forged[-1] ^= 1
    assert fault(desk.follower, forged_block(desk, bytes(forged))) == (
        "transaction 0: a signature does not verify"
    )


def test_a_leader_cannot_move_a_balance_without_a_transaction(desk: Desk) -> None:
    other = desk_with_market()
    other.do("alpha", PAYMENT)
    robbed = tampered(build(desk.leader), state_root=other.leader.tip.tree.root)
    assert "state re-executes to" in fault(desk.follower, robbed)


def test_a_leader_cannot_execute_a_transaction_again(desk: Desk) -> None:
    done = desk.writer.sign(["alpha"], PAYMENT)
    desk.submit(done)
    assert "in the chain already" in fault(desk.follower, forged_block(desk, done))
    twice = desk.writer.sign(["alpha"], PAYMENT)
    assert "transaction 1: the transaction is in" in fault(
        desk.follower, forged_block(desk, twice, twice)
    )


def test_a_leader_cannot_keep_a_transaction_until_it_has_expired(desk: Desk) -> None:
    envelope = desk.writer.sign(["alpha"], PAYMENT)
    late = tampered(build(desk.leader, [envelope]), time=desk.writer.valid_until + 1)
    assert "has passed" in fault(desk.follower, late)


def test_a_leader_cannot_change_the_order_of_what_it_executed(desk: Desk) -> None:
    block = build(desk.leader, [desk.writer.sign(["alpha"], PAYMENT) for _ in range(2)])
    swapped = encode(Block(block.block.header, block.block.transactions[::-1]))
    assert "transactions re-execute to" in fault(desk.follower, swapped)


def test_a_leader_cannot_leave_out_what_its_roots_commit_to(desk: Desk) -> None:
    block = build(desk.leader, [desk.writer.sign(["alpha"], PAYMENT)])
    assert fault(desk.follower, encode(Block(block.block.header, ())))


def test_a_leader_cannot_exceed_a_blocks_limits() -> None:
    desk = desk_with_market(limited(block_transactions_max=2))
    payments = [desk.writer.sign(["alpha"], PAYMENT) for _ in range(3)]
    assert fault(desk.follower, forged_block(desk, *payments)) == "it holds 3 transactions"
    size = sum(map(len, payments[:2]))
    desk = desk_with_market(limited(block_bytes_max=size - 1))
    assert fault(desk.follower, forged_block(desk, *payments[:2])) == (
        f"it holds {size} bytes of transactions"
    )


def test_signatures_verified_ahead_change_no_answer(desk: Desk) -> None:
    payments = [desk.writer.sign(["alpha"], PAYMENT) for _ in range(3)]
    good = build(desk.leader, payments)
    forged = bytearray(payments[1])
    forged[-1] ^= 1
    bad = forged_block(desk, payments[0], bytes(forged), payments[2])
    unreadable = forged_block(desk, payments[0], b"\xc0")
    for payload in (bad, unreadable, b"", good.payload):
        for _ in desk.follower.verify_ahead(payload):
            pass
    assert fault(desk.follower, bad) == "transaction 1: a signature does not verify"
    assert "transaction 1: the transaction is not a valid" in fault(desk.follower, unreadable)
    followed = desk.follower.extend(good.payload, latest=NEVER, accept=anything)
    assert followed.digest == good.digest
