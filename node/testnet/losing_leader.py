"""After the main job: the leader's process is killed, the rest go on, and it comes back."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from typing import Any

from amanat.ledger.operations import Transfer
from amanat.node.client import Client
from amanat.node.testnet import processes
from amanat.node.testnet.layout import MEMBERS, Layout
from amanat.node.testnet.main_job import RUPEE, JobFailed, MainJob, rupees, where


class LosingLeader:
    """Kills the leader's process, shows that the rest go on, and starts it again."""

    def __init__(self, layout: Layout, job: MainJob) -> None:
        self._layout = layout
        self._job = job
        self._nodes = {node["name"]: node for node in layout.read_record()}

    async def play(self) -> None:
        """Play both steps, printing each.

        Raises:
            JobFailed: something was not as it must be.
        """
        async with Client([str(node["api"]) for node in self._nodes.values()]) as client:
            leader = str((await client.get("/v1/status"))["leader"])
        await self._return(leader, await self._kill(leader))

    async def _kill(self, leader: str) -> int:
        """Kill the leader. Return the height at which the rest then made a transfer final."""
        node = self._nodes[leader]
        os.kill(node["pid"], signal.SIGKILL)
        killed = time.perf_counter()
        other = next(name for name in self._nodes if name != leader)
        transfer = Transfer("client-a", "client-b", RUPEE, 100_000)
        done = await self._job.commit(other, ["client-a"], transfer)
        took = (time.perf_counter() - killed) * 1000
        async with Client([self._api(other)]) as client:
            new = await client.get("/v1/status")
        self._job.say(
            f"the leader {leader} is killed (SIGKILL); {new['leader']} leads term {new['term']}, "
            f"and a transfer of {rupees(100_000)} commits on the rest {took:.0f} ms after the "
            f"kill: {where(done)}"
        )
        return int(done["height"])

    async def _return(self, name: str, height: int) -> None:
        started = time.perf_counter()
        self._nodes[name] = processes.start(self._layout, name)
        processes.write_record(self._layout, [self._nodes[member.name] for member in MEMBERS])
        await wait_ready([self._nodes[name]], self._layout)
        async with Client([self._api(name)]) as client:
            back = await client.get(f"/v1/accounts/client-b/holdings/{RUPEE}?min_height={height}")
            status = await client.get("/v1/status")
        self._job.say(
            f"{name} comes back and catches up: height {status['height']}, state root "
            f"{status['state_root'][:16]}, client-b's cash there {rupees(int(back['amount']))}, "
            f"{(time.perf_counter() - started) * 1000:.0f} ms after its start"
        )

    def _api(self, name: str) -> str:
        return str(self._nodes[name]["api"])


async def wait_ready(nodes: Sequence[dict[str, Any]], layout: Layout) -> None:
    """Wait until every node says that it is ready, at most 30 seconds.

    Raises:
        JobFailed: one has ended or does not become ready; says which, and where its log is.
    """
    async with asyncio.timeout(30):
        for node in nodes:
            while not await _is_ready(node):
                if not processes.is_running(node):
                    lines = layout.log(node["name"]).read_text().strip().splitlines()
                    last = lines[-1] if lines else "it said nothing"
                    raise JobFailed(f"{node['name']} has ended: {last}")
                await asyncio.sleep(0.05)


async def _is_ready(node: dict[str, Any]) -> bool:
    async with Client([node["api"]], seconds=2) as client:
        try:
            return bool((await client.get("/readyz"))["status"] == "ready")
        except Exception:  # noqa: BLE001 - not listening yet, or not answering yet: not ready
            return False
