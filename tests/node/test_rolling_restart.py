"""Every node is drained, stopped and started again, one after the other: no write fails."""

import asyncio
from pathlib import Path

from amanat.consensus.raft import Role
from amanat.ledger.operations import Transfer
from tests.ledger.world import RUPEE
from tests.node.network import SECONDS, LocalNetwork, eventually, network


class Custodian:
    """Submits payment after payment at whichever node runs, and waits for each to be final."""

    def __init__(self, running: LocalNetwork) -> None:
        self._running = running
        self.states: list[str] = []
        self.has_enough = False

    async def run(self) -> None:
        """Go on until it `has_enough`."""
        while not self.has_enough:
            envelope = self._running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
            async with self._running.client(*self._running.nodes) as client:
                answer = await client.submit(envelope, wait=SECONDS)
            self.states.append(answer["state"])

    async def gets_through(self, count: int) -> None:
        """Wait until so many more payments are final."""
        goal = len(self.states) + count
        await eventually(lambda: len(self.states) >= goal)


async def test_a_rolling_restart_costs_no_write(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        custodian = Custodian(running)
        paying = asyncio.create_task(custodian.run())
        for name in running.names:
            node = running.nodes[name]
            node.drain()
            await eventually(lambda node=node: node.status.role is not Role.LEADER)  # type: ignore[misc]  # bound per turn
            await custodian.gets_through(2)
            assert (await running.get(name, "/v1/status"))["draining"] is True
            await running.stop(name)
            await custodian.gets_through(2)
            await running.start(name)
            await running.led()
        custodian.has_enough = True
        await paying
        assert set(custodian.states) == {"committed"}
        await running.level()
        assert len(running.roots()) == 1
