"""Blocks executed one on another: building, following, forgetting."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from amanat.ledger import merkle
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.blocks import Block
from amanat.ledger.chain import BlockFault, Chain, ExecutedBlock, Tip
from amanat.ledger.encoding import decode, encode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.ledger.operations import Transfer
from amanat.ledger.rejections import DoorCode, DoorRefusal
from amanat.ledger.state_tree import MissingNode, StateTree
from tests.ledger.desk import NEVER, Desk, anything, desk_with_market, opened
from tests.ledger.world import BILL, RUPEE, START, Writer, chain, genesis, market

PAYMENT = Transfer("alpha", "beta", RUPEE, 1)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def build(
    on: Chain, envelopes: Sequence[bytes] = (), *, time: int = START, term: int = 1
) -> ExecutedBlock:
    return on.build(
        term=term,
        proposer="mof",
        time=time,
        leader_certificate=b"",
        candidates=[opened(envelope) for envelope in envelopes],
    ).block


def tampered(block: ExecutedBlock, **changes: Any) -> bytes:
    header = msgspec.structs.replace(block.block.header, **changes)
    return encode(Block(header, block.block.transactions))


def fault(on: Chain, payload: bytes, *, latest: int = NEVER) -> str:
    before = on.tip
    with pytest.raises(BlockFault) as found:
        on.extend(payload, latest=latest, accept=anything)
    assert on.tip == before
    return str(found.value)


# Building.


def test_building_does_not_move_the_tip(desk: Desk) -> None:
    before = desk.leader.tip
    block = build(desk.leader, [desk.writer.sign(["alpha"], PAYMENT)])
    assert desk.leader.tip == before
    desk.leader.append(block)
    assert desk.leader.tip == block.tip


def test_a_block_commits_to_its_parent_its_receipts_and_its_state(desk: Desk) -> None:
    tip = desk.leader.tip
    block = build(desk.leader, [desk.writer.sign(["alpha"], PAYMENT) for _ in range(3)])
    header = block.block.header
    assert (header.height, header.parent) == (tip.height + 1, tip.digest)
    assert header.state_root == block.tree.root
    assert header.transactions_root == merkle.root([encode(r) for r in block.receipts])
    assert header.authorities == genesis().authorities.digest()
    assert [receipt.transaction for receipt in block.receipts] == list(block.ids)
    assert decode(block.payload, Block) == block.block
    assert block.digest == header.digest()


def test_a_block_may_be_empty_and_leaves_the_state_as_it_was(desk: Desk) -> None:
    block = build(desk.leader)
    assert block.block.header.state_root == desk.leader.tip.tree.root
    assert block.block.header.transactions_root == merkle.root([])
    assert block.changes == {}


def test_time_is_the_leaders_clock_and_strictly_increases(desk: Desk) -> None:
    tip = desk.leader.tip
    assert build(desk.leader, time=tip.time + 500).block.header.time == tip.time + 500
    assert build(desk.leader, time=tip.time).block.header.time == tip.time + 1
    assert build(desk.leader, time=0).block.header.time == tip.time + 1


def test_what_may_not_be_in_a_block_is_left_out_and_named(desk: Desk) -> None:
    good, done = (desk.writer.sign(["alpha"], PAYMENT) for _ in range(2))
    desk.submit(done)
    stranger = desk.writer.sign(["stranger"], PAYMENT)
    built = desk.leader.build(
        term=1,
        proposer="mof",
        time=START,
        leader_certificate=b"",
        candidates=[opened(envelope) for envelope in (stranger, done, good)],
    )
    assert built.block.block.transactions == (good,)
    assert [(refused.envelope, why.code) for refused, why in built.refused] == [
        (stranger, DoorCode.UNKNOWN_KEY),
        (done, DoorCode.ALREADY_EXECUTED),
    ]


def limited(**parameters: int) -> GenesisDocument:
    document = genesis()
    return msgspec.structs.replace(
        document, parameters=msgspec.structs.replace(document.parameters, **parameters)
    )


def test_a_block_takes_a_prefix_of_at_most_so_many_transactions() -> None:
    desk = desk_with_market(limited(block_transactions_max=3))
    envelopes = [desk.writer.sign(["alpha"], PAYMENT) for _ in range(5)]
    assert build(desk.leader, envelopes).block.transactions == tuple(envelopes[:3])


def test_a_block_takes_a_prefix_of_at_most_so_many_bytes() -> None:
    size = len(Writer(bytes(32)).sign(["alpha"], PAYMENT))
    desk = desk_with_market(limited(block_bytes_max=3 * size))
    envelopes = [desk.writer.sign(["alpha"], PAYMENT) for _ in range(5)]
    block = build(desk.leader, envelopes)
    assert block.block.transactions == tuple(envelopes[:3])
    desk.follower.extend(block.payload, latest=NEVER, accept=anything)


def test_a_single_transaction_may_be_longer_than_a_block_of_many() -> None:
    desk = desk_with_market(limited(block_bytes_max=1))
    envelopes = [desk.writer.sign(["alpha"], PAYMENT) for _ in range(2)]
    block = build(desk.leader, envelopes)
    assert block.block.transactions == (envelopes[0],)
    desk.follower.extend(block.payload, latest=NEVER, accept=anything)


# Following.


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
        ({"authorities": bytes(32)}, "another authority set"),
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


# Appending, truncating, finalizing.


def test_a_block_is_appended_to_its_parent_only(desk: Desk) -> None:
    first, second = build(desk.leader), build(desk.leader, time=START + 10_000)
    desk.leader.append(first)
    with pytest.raises(ValueError, match="was not built on the tip"):
        desk.leader.append(second)


def test_what_is_truncated_never_happened(desk: Desk) -> None:
    tip, envelope = desk.leader.tip, desk.writer.sign(["alpha"], PAYMENT)
    block = desk.block([envelope])
    later = desk.block([desk.writer.sign(["beta"], Transfer("beta", "gamma", RUPEE, 2))])
    assert desk.leader.find(block.ids[0]) == block.height
    assert desk.leader.truncate(tip.height) == [block, later]
    assert desk.leader.tip == tip
    assert desk.leader.find(block.ids[0]) is None
    again = build(desk.leader, [envelope], term=2)
    assert again.ids == block.ids
    assert again.tree.root == block.tree.root


def test_truncating_above_the_tip_forgets_nothing(desk: Desk) -> None:
    tip = desk.leader.tip
    assert desk.leader.truncate(tip.height) == []
    assert desk.leader.truncate(tip.height + 5) == []
    assert desk.leader.tip == tip


def test_what_is_final_is_never_truncated(desk: Desk) -> None:
    desk.leader.finalize(5)
    with pytest.raises(ValueError, match="block 5 is final"):
        desk.leader.truncate(4)
    assert desk.leader.final.height == 5


def test_final_blocks_leave_the_overlay_and_the_tip_stays(desk: Desk) -> None:
    tip = desk.leader.tip
    heights = [block.height for block in desk.leader.executed(tip.height)]
    assert heights == list(range(1, tip.height + 1))
    desk.leader.finalize(3)
    assert [block.height for block in desk.leader.executed(5)] == [4, 5]
    assert (desk.leader.final.height, desk.leader.tip) == (3, tip)
    desk.leader.finalize(tip.height)
    assert desk.leader.final == desk.leader.tip == tip


class FinalIds(set[bytes]):
    """The ids of final blocks, as a store would keep them."""

    def contains(self, transaction: Digest) -> bool:
        return transaction in self


class Records(dict[bytes, bytes]):
    """Node records in memory."""

    def load(self, key: bytes) -> bytes:
        if key not in self:
            raise MissingNode(key.hex())
        return self[key]


def test_a_chain_that_was_stored_and_opened_again_goes_on_alike() -> None:
    document = genesis()
    records, ids = Records(), FinalIds()
    update, _ = document.initial_state(records)
    records.update(update.written)
    identity = document.chain_id()
    genesis_tip = Tip(0, identity, document.created, update.tree)
    running = Chain(identity, final=genesis_tip, executed=ids, verified=VerifiedTransactions())
    writer = Writer(identity)
    envelopes = market(writer)
    for envelope in envelopes:
        running.append(build(running, [envelope]))
    for block in running.executed(running.tip.height):
        records.update(block.written)
        for key in block.replaced:
            del records[key]
        ids.update(block.ids)
    running.finalize(running.tip.height)

    tip = running.final
    stored = Tip(tip.height, tip.digest, tip.time, StateTree.open(tip.tree.ref, records))
    reopened = Chain(identity, final=stored, executed=ids, verified=VerifiedTransactions())
    assert list(reopened.tip.tree.items()) == list(running.tip.tree.items())
    built = reopened.build(
        term=1,
        proposer="mof",
        time=START,
        leader_certificate=b"",
        candidates=[opened(envelopes[0])],
    )
    assert [why.code for _, why in built.refused] == [DoorCode.ALREADY_EXECUTED]
    payment = writer.sign(["alpha"], PAYMENT)
    block = build(running, [payment])
    followed = reopened.extend(block.payload, latest=NEVER, accept=anything)
    assert followed.digest == block.digest


def test_replaying_the_blocks_from_genesis_gives_the_same_state(desk: Desk) -> None:
    desk.block([desk.writer.sign(["alpha"], PAYMENT) for _ in range(20)])
    replayed = chain(genesis())
    for block in desk.leader.executed(desk.leader.tip.height):
        replayed.extend(block.payload, latest=NEVER, accept=anything)
    assert replayed.tip.digest == desk.leader.tip.digest
    assert dict(replayed.tip.tree.items()) == dict(desk.leader.tip.tree.items())


def test_old_trees_stay_readable_as_the_chain_goes_on(desk: Desk) -> None:
    before = dict(desk.leader.tip.tree.items())
    tree, root = desk.leader.tip.tree, desk.leader.tip.tree.root
    desk.do("mof", Transfer("mof-house", "alpha", BILL, 5_000_000_000))
    assert tree.root == root
    assert dict(tree.items()) == before


# The door.


def test_a_transaction_in_a_pending_block_is_found_and_not_built_again(desk: Desk) -> None:
    envelope = desk.writer.sign(["alpha"], PAYMENT)
    checked = desk.leader.admit(envelope, now=START)
    assert desk.leader.find(checked.id) is None
    desk.submit(envelope)
    assert desk.leader.find(checked.id) == desk.leader.tip.height
    with pytest.raises(DoorRefusal):
        desk.block([envelope])
