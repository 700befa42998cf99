"""Whole nodes under a leader that leaves somebody out."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from amanat.ledger.identifiers import LedgerTime
from amanat.ledger.operations import Transfer
from amanat.ledger.transactions import CheckedTransaction
from amanat.node import clock
from amanat.node.node import Node
from amanat.node.pool import Pool
from tests.ledger.world import RUPEE, public_key
from tests.node.network import SECONDS, LocalNetwork, eventually, network


@pytest_asyncio.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalNetwork]:
    monkeypatch.setattr(clock, "TICK_SECONDS", clock.TICK_SECONDS / 2)
    async with network(tmp_path, "mof", "sbp", "cdc", "custodian-a") as made:
        await made.open_market()
        yield made


def leave_out(pool: Pool, participant: str) -> None:
    """Let this node put nothing into its blocks that the participant signed."""
    honest = pool.first

    def first(count: int, *, valid_at: LedgerTime = 0) -> list[CheckedTransaction]:
        key = public_key(participant)
        return [t for t in honest(count, valid_at=valid_at) if key not in t.body.signers]

    pool.first = first  # type: ignore[method-assign]


async def given_up(running: LocalNetwork, leader: Node) -> None:
    """Wait until followers have given the leader up and another one leads."""
    await eventually(
        lambda: (
            any(node.neglect for node in running.nodes.values())
            and {node.status.leader for node in running.nodes.values()}.isdisjoint(
                {leader.name, None}
            )
        )
    )


async def test_a_leader_that_leaves_somebody_out_is_replaced_and_he_is_served(
    running: LocalNetwork,
) -> None:
    leader = await running.led()
    follower = await running.follower()
    leave_out(leader.pool, "alpha")
    order = running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 5))
    status = follower.submissions.submit(order)
    await given_up(running, leader)
    assert (await follower.submissions.wait_final(status.id, SECONDS)).state == "committed"
    term = leader.status.term
    neglects = {node.name: node.neglect for node in running.nodes.values() if node.neglect}
    assert leader.name not in neglects
    assert {(each.leader, each.transaction) for each in neglects.values()} == {
        (leader.name, status.id)
    }
    name, neglect = neglects.popitem()
    assert neglect.term < term
    shown = (await running.get(name, "/v1/status"))["neglect"]
    assert shown["leader"] == leader.name
    assert shown["transaction"] == status.id.hex()


async def test_serving_others_meanwhile_does_not_help_it(running: LocalNetwork) -> None:
    leader = await running.led()
    follower = await running.follower()
    leave_out(leader.pool, "alpha")
    order = running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 5))
    status = follower.submissions.submit(order)
    while not any(node.neglect for node in running.nodes.values()):
        await running.do("beta", Transfer("beta", "alpha", RUPEE, 1))
    assert (await follower.submissions.wait_final(status.id, SECONDS)).state == "committed"
    await running.level()
    assert len(running.roots()) == 1


async def test_on_a_network_that_works_nobody_is_given_up(running: LocalNetwork) -> None:
    leader = await running.led()
    follower = await running.follower()
    begun = leader.driver.ticks
    while leader.driver.ticks < begun + 150:
        await running.commit(
            running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1)), at=follower
        )
    assert [node.neglect for node in running.nodes.values()] == [None] * 4
    assert (await running.led()) is leader
