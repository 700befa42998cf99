"""Blocks executed one on another: building and forgetting. Following is in `test_following`."""

import pytest

from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.blocks import Block
from amanat.ledger.chain import Chain
from amanat.ledger.configurations import Configuration
from amanat.ledger.dates import DAY_MS
from amanat.ledger.encoding import decode, encode
from amanat.ledger.executed_block import Tip
from amanat.ledger.identifiers import Digest
from amanat.ledger.operations import CloseDay, Transfer
from amanat.ledger.rejections import DoorCode, DoorRefusal
from amanat.ledger.tree import merkle
from amanat.ledger.tree.state_tree import MissingNode, StateTree
from tests.ledger.desk import NEVER, Desk, anything, build, desk_with_market, limited, opened
from tests.ledger.world import (
    BILL,
    RUPEE,
    START,
    Writer,
    account,
    chain,
    genesis,
    holder,
    market,
)

PAYMENT = Transfer("alpha", "beta", RUPEE, 1)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


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
    assert header.configuration == Configuration.first(genesis().authorities).digest()
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


def test_a_block_ends_with_the_close_of_a_day() -> None:
    desk = desk_with_market()
    desk.time = desk.time + 2 * DAY_MS
    desk.writer.valid_until = desk.time + DAY_MS
    payment = desk.writer.sign(["alpha"], PAYMENT)
    close = desk.writer.sign(["sbp"], CloseDay(desk.business_date))
    next_day = desk.writer.sign(["alpha"], PAYMENT)
    refused = desk.writer.sign(["sbp"], CloseDay(1))
    block = build(desk.leader, [refused, payment, close, next_day], time=desk.time)
    assert block.block.transactions == (refused, payment, close)
    desk.leader.append(block)
    desk.follower.extend(block.payload, latest=NEVER, accept=anything)
    assert desk.block([next_day]).block.transactions == (next_day,)


def test_a_single_transaction_may_be_longer_than_a_block_of_many() -> None:
    desk = desk_with_market(limited(block_bytes_max=1))
    envelopes = [desk.writer.sign(["alpha"], PAYMENT) for _ in range(2)]
    block = build(desk.leader, envelopes)
    assert block.block.transactions == (envelopes[0],)
    desk.follower.extend(block.payload, latest=NEVER, accept=anything)


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
    checked = desk.leader.open(envelope)
    assert desk.leader.find(checked.id) is None
    desk.submit(envelope)
    assert desk.leader.find(checked.id) == desk.leader.tip.height
    with pytest.raises(DoorRefusal):
        desk.block([envelope])


def test_the_door_looks_at_the_tip_as_it_moves_forth_and_back(desk: Desk) -> None:
    height = desk.leader.tip.height
    joining = desk.writer.sign(
        ["custodian-a"], holder("delta"), account("delta", "delta", "custodian-a")
    )
    order = desk.writer.sign(["delta"], Transfer("delta", "alpha", RUPEE, 1))

    def is_let_in() -> bool:
        try:
            desk.leader.admit(desk.leader.open(order), now=START)
        except DoorRefusal as refusal:
            return refusal.code != DoorCode.UNKNOWN_KEY
        return True

    block = build(desk.leader, [joining])
    assert not is_let_in()
    desk.leader.append(block)
    assert is_let_in()
    desk.leader.truncate(height)
    assert not is_let_in()
    desk.leader.extend(block.payload, latest=NEVER, accept=anything)
    assert is_let_in()


def test_a_large_final_tree_is_shed_and_read_again_when_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("amanat.ledger.chain.RESIDENT_MAX", 10)
    document, records = genesis(), Records()
    update, _ = document.initial_state(records)
    records.update(update.written)
    identity = document.chain_id()
    running = Chain(
        identity,
        final=Tip(0, identity, document.created, update.tree),
        executed=FinalIds(),
        verified=VerifiedTransactions(),
    )
    other = chain(document)
    for envelope in market(Writer(identity)):
        block = build(running, [envelope])
        running.append(block)
        records.update(block.written)
        running.finalize(block.height)
        assert running.final.tree.resident == 0
        other.extend(block.payload, latest=NEVER, accept=anything)
    assert dict(running.tip.tree.items()) == dict(other.tip.tree.items())


def test_the_tip_may_move_to_a_block_that_is_not_the_last_one_built(desk: Desk) -> None:
    joining = desk.writer.sign(
        ["custodian-a"], holder("delta"), account("delta", "delta", "custodian-a")
    )
    order = desk.writer.sign(["delta"], Transfer("delta", "alpha", RUPEE, 1))
    first, _ = build(desk.leader, [joining]), build(desk.leader)
    with pytest.raises(DoorRefusal):
        desk.leader.admit(desk.leader.open(order), now=START)
    desk.leader.append(first)
    desk.leader.admit(desk.leader.open(order), now=START)


@pytest.mark.parametrize("height", [2, 100])
def test_only_blocks_on_the_tip_become_final(desk: Desk, height: int) -> None:
    desk.leader.finalize(3)
    with pytest.raises(ValueError, match=f"cannot finalize {height}"):
        desk.leader.finalize(height)
    assert desk.leader.final.height == 3
