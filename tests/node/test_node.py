"""Whole nodes together: what was answered stays, whoever leads, stops or comes back."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest_asyncio

from amanat.consensus.evidence import DoubleAck, is_proven
from amanat.consensus.messages import Append
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    SignedAck,
)
from amanat.ledger.encoding import decode
from amanat.ledger.operations import Transfer
from amanat.ledger.state import HOLDINGS, State
from amanat.node.node import Node
from amanat.node.peer_frames import Consensus
from tests.ledger.world import RUPEE, key, market
from tests.node.network import SECONDS, LocalNetwork, eventually, network

PAYMENT = Transfer("alpha", "beta", RUPEE, 1_000)


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[LocalNetwork]:
    async with network(tmp_path) as made:
        await made.open_market()
        yield made


def cash(node: Node, account: str) -> int:
    holding = State(node.chain.final.tree.get).get(HOLDINGS, account, RUPEE)
    return holding.amount if holding else 0


async def test_what_is_submitted_at_a_follower_is_final_on_every_node(
    running: LocalNetwork,
) -> None:
    follower = await running.follower()
    status = await running.commit(running.writer.sign(["alpha"], PAYMENT), at=follower)
    assert status.state == "committed"
    await running.level()
    assert len(running.roots()) == 1
    for node in running.nodes.values():
        assert node.submissions.status(status.id) == status
        assert cash(node, "beta") == 1_000_001_000


async def test_the_same_bytes_at_every_node_take_effect_once(running: LocalNetwork) -> None:
    envelope = running.writer.sign(["alpha"], PAYMENT)
    nodes = list(running.nodes.values())
    outcomes = await asyncio.gather(*(running.commit(envelope, at=node) for node in nodes * 3))
    assert {(each.state, each.height, each.index) for each in outcomes} == {
        ("committed", outcomes[0].height, outcomes[0].index)
    }
    await running.level()
    assert {cash(node, "beta") for node in nodes} == {1_000_001_000}


async def test_a_rejected_transaction_stays_rejected_though_it_could_be_paid_later(
    running: LocalNetwork,
) -> None:
    order = running.writer.sign(["beta"], Transfer("beta", "alpha", RUPEE, 1_000_000_001))
    assert (await running.commit(order)).state == "rejected"
    await running.do("alpha", PAYMENT)
    assert (await running.commit(order)).state == "rejected"
    assert cash(await running.led(), "beta") == 1_000_001_000


async def test_an_idle_network_makes_no_blocks(running: LocalNetwork) -> None:
    leader = await running.led()
    height, ticks = leader.status.last.height, leader.driver.ticks
    await eventually(lambda: leader.driver.ticks > ticks + 10)
    assert leader.status.last.height == height


async def test_many_that_arrive_together_share_a_block(running: LocalNetwork) -> None:
    leader = await running.led()
    height = leader.status.last.height
    envelopes = [running.writer.sign(["alpha"], PAYMENT) for _ in range(100)]
    await asyncio.gather(*(running.commit(envelope, at=leader) for envelope in envelopes))
    assert leader.status.last.height - height < 20


async def test_without_its_leader_the_network_goes_on(running: LocalNetwork) -> None:
    leader = await running.led()
    await running.stop(leader.name)
    status = await running.do("alpha", PAYMENT)
    assert status.state == "committed"
    assert (await running.led()).status.term > leader.status.term


async def test_what_waits_at_a_follower_survives_its_leader(running: LocalNetwork) -> None:
    leader = await running.led()
    follower = await running.follower()
    stopping = asyncio.create_task(running.stop(leader.name))
    envelopes = [running.writer.sign(["alpha"], PAYMENT) for _ in range(20)]
    outcomes = await asyncio.gather(*(running.commit(each, at=follower) for each in envelopes))
    await stopping
    assert {outcome.state for outcome in outcomes} == {"committed"}
    assert cash(follower, "beta") == 1_000_000_000 + 20 * 1_000


async def test_a_node_that_was_away_catches_up(running: LocalNetwork) -> None:
    away = (await running.follower()).name
    await running.stop(away)
    for _ in range(30):
        await running.do("alpha", PAYMENT)
    await running.start(away)
    await running.level()
    assert len(running.roots()) == 1


async def test_what_was_answered_is_there_after_all_nodes_were_down(running: LocalNetwork) -> None:
    status = await running.do("alpha", PAYMENT)
    await running.level()
    (root,) = running.roots()
    await running.stop_all()
    for name in running.names:
        node = await running.start(name)
        assert node.submissions.status(status.id).height in (status.height, None)
    await running.led()
    await eventually(
        lambda: all(node.submissions.status(status.id) == status for node in running.nodes.values())
    )
    # The new term's opening block changes no state.
    assert running.roots() == {root}


async def test_custodians_by_themselves_make_nothing_final(tmp_path: Path) -> None:
    names = ("mof", "custodian-a", "custodian-b", "custodian-c", "custodian-d")
    async with network(tmp_path, *names) as made:
        await made.stop("mof")
        node = next(iter(made.nodes.values()))
        height = node.chain.final.height
        status = node.submissions.submit(market(made.writer)[0])
        ticks = node.driver.ticks
        await eventually(lambda: node.driver.ticks > ticks + 60)
        assert node.submissions.status(status.id).state == "pending"
        assert {each.chain.final.height for each in made.nodes.values()} == {height}
        await made.start("mof")
        assert (await node.submissions.wait_final(status.id, SECONDS)).state == "committed"


async def test_what_was_never_executed_expires_for_good(tmp_path: Path) -> None:
    async with network(tmp_path) as made:
        await made.open_market()
        survivor = await made.follower()
        for name in [name for name in made.names if name != survivor.name]:
            await made.stop(name)
        made.writer.valid_until = made.now() + 60_000
        order = made.writer.sign(["alpha"], PAYMENT)
        late = survivor.submissions.submit(order)
        assert late.state == "pending"
        made.later_ms += 120_000
        for name in made.names:
            if name not in made.nodes:
                await made.start(name)
        assert (await survivor.submissions.wait_final(late.id, SECONDS)).state == "expired"
        assert survivor.submissions.submit(order).state == "expired"
        await made.level()
        assert cash(survivor, "beta") == 1_000_000_000


async def test_a_leader_that_hands_over_is_followed_at_once(running: LocalNetwork) -> None:
    leader = await running.led()
    term = leader.status.term
    await leader.hand_over(seconds=SECONDS)
    successor = await running.led()
    assert successor is not leader
    assert successor.status.term == term + 1
    assert (await running.do("alpha", PAYMENT)).state == "committed"


async def test_a_linearizable_read_at_any_node_sees_what_was_answered_before(
    running: LocalNetwork,
) -> None:
    for paid in range(1, 11):
        await running.do("alpha", PAYMENT)
        for node in running.nodes.values():
            assert await node.catch_up(seconds=SECONDS)
            assert cash(node, "beta") == 1_000_000_000 + paid * 1_000


async def test_many_linearizable_reads_share_a_few_questions(running: LocalNetwork) -> None:
    node = await running.follower()
    assert all(await asyncio.gather(*(node.catch_up(seconds=SECONDS) for _ in range(200))))


async def test_a_node_alone_gives_no_linearizable_read(running: LocalNetwork) -> None:
    alone = await running.follower()
    for name in running.names:
        if name != alone.name:
            await running.stop(name)
    assert not await alone.catch_up(seconds=0.2)


async def test_evidence_is_kept_shown_and_there_again_after_a_restart(
    running: LocalNetwork,
) -> None:
    leader = await running.led()
    block = leader.status.last
    other = BlockId(block.term, block.height, bytes(32))
    cdc = key("authority cdc")

    def signed(each: BlockId) -> SignedAck:
        message = Ack(running.document.chain_id(), block, each).message()
        return SignedAck(block, each, cdc.sign(message).signature)

    evidence = DoubleAck("cdc", signed(block), signed(other))
    for _ in range(2):
        leader.proven(evidence)
    await eventually(lambda: list(leader.store.evidence()) == [evidence])
    await running.stop(leader.name)
    again = await running.start(leader.name)
    assert list(again.evidence) == [evidence]
    (shown,) = await running.get(leader.name, "/v1/evidence")
    assert (shown["authority"], shown["kind"]) == ("cdc", "double-ack")
    sent = decode(base64.b64decode(shown["proof"]), DoubleAck)
    assert is_proven(sent, running.document.chain_id(), leader.configuration)
    assert (await running.get(leader.name, "/v1/status"))["evidence"] == 1
    async with running.client(leader.name) as client:
        assert "cdc acked both block" in await client.get_text("/")


async def test_only_a_certificate_tells_a_node_that_it_is_behind(running: LocalNetwork) -> None:
    node = await running.follower()
    chain, height = running.document.chain_id(), node.seen_height
    unheard = BlockId(1, 10**6, bytes(32))
    parent = BlockId(1, 10**6 - 1, bytes(32))
    nobodys = CommitCertificate(parent, unheard, ())
    heartbeat = Append(0, LeaderCertificate(0, "mof", unheard, ()), unheard, (), nobodys)
    await node._received("mof", Consensus(heartbeat))
    assert node.seen_height == height
    message = Ack(chain, parent, unheard).message()
    acks = tuple(
        AuthoritySignature(name, key(f"authority {name}").sign(message).signature)
        for name in ("cdc", "mof")
    )
    certified = msgspec.structs.replace(
        heartbeat, certificate=CommitCertificate(parent, unheard, acks)
    )
    await node._received("mof", Consensus(certified))
    assert node.seen_height == 10**6
