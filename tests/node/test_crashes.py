"""Nodes killed without warning while transfers stream in: what was answered stays so."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from amanat.ledger.operations import ActivateInstrument, Issue, Transfer
from amanat.node.client import Client, Unreachable
from tests.ledger.world import RUPEE, account, holder, rupee
from tests.node.processes import Network

NAMES: Final = ("cdc", "mof", "sbp")
ISSUED: Final = 1_000_000
TRANSFERS: Final = 240
KILL_AFTER: Final = 40
"""Answers after which the nodes are killed: in the midst of the stream."""


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    """Three authorities, of which two are a quorum; `alpha` holds cash, `beta` an account."""
    with Network(tmp_path, NAMES, quorum=2) as made:
        made.start()
        await made.ready()
        sign = made.writer.sign
        setup = [
            sign(["sbp"], rupee(), ActivateInstrument(RUPEE)),
            sign(["custodian-a"], holder("alpha"), account("alpha", "alpha", "custodian-a")),
            sign(["custodian-a"], holder("beta"), account("beta", "beta", "custodian-a")),
            sign(["sbp"], Issue(RUPEE, "alpha", ISSUED)),
        ]
        async with Client(made.apis()) as client:
            for envelope in setup:
                outcome = await client.submit(envelope, wait=20)
                assert outcome["state"] == "committed", outcome
        yield made


class Stream:
    """Sends transfers of 1 from alpha to beta, a few at a time, and keeps what was answered."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.waiting = [
            network.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
            for _ in range(TRANSFERS)
        ]
        self.answered: dict[bytes, dict[str, Any]] = {}
        self.cut_off: list[bytes] = []
        """What was sent and not answered."""
        self.enough = asyncio.Event()

    async def send(self) -> None:
        """Send everything; what no node answers is kept in `cut_off`."""
        async with asyncio.TaskGroup() as tasks:
            for place in range(6):
                tasks.create_task(self._send(place % len(NAMES)))

    async def _send(self, place: int) -> None:
        apis = self.network.apis()
        async with Client(apis[place:] + apis[:place]) as client:
            while self.waiting:
                envelope = self.waiting.pop()
                try:
                    self.answered[envelope] = await client.submit(envelope, wait=20)
                except Unreachable:
                    self.cut_off.append(envelope)
                if len(self.answered) >= KILL_AFTER:
                    self.enough.set()


async def check(network: Network, answered: dict[bytes, dict[str, Any]]) -> None:
    """Check that every node confirms every answer, and that each transfer took effect once."""
    height = max(answer["height"] for answer in answered.values())
    for name in NAMES:
        async with Client([network.api(name)]) as client:
            held = await client.get(f"/v1/accounts/beta/holdings/{RUPEE}?min_height={height}")
            assert held["amount"] == str(len(answered))
            held = await client.get(f"/v1/accounts/alpha/holdings/{RUPEE}")
            assert held["amount"] == str(ISSUED - len(answered))
            for answer in answered.values():
                now = await client.get(f"/v1/transactions/{answer['id']}")
                assert (now["state"], now["height"]) == ("committed", answer["height"])


async def test_killing_the_leader_loses_nothing_that_was_answered(network: Network) -> None:
    async with Client(network.apis()) as client:
        before = await client.get("/v1/status")
    stream = Stream(network)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(stream.send())
        await stream.enough.wait()
        network.kill(before["leader"])
        assert stream.waiting, "the stream was over before the leader was killed"
    assert stream.cut_off == []
    assert len(stream.answered) == TRANSFERS
    async with Client(network.apis(set(NAMES) - {before["leader"]})) as client:
        after = await client.get("/v1/status")
    assert after["leader"] not in (None, before["leader"])
    assert after["term"] > before["term"]
    network.start(before["leader"])
    await network.ready()
    await check(network, stream.answered)


async def test_killing_every_node_loses_nothing_that_was_answered(network: Network) -> None:
    stream = Stream(network)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(stream.send())
        await stream.enough.wait()
        network.kill()
        stream.waiting.clear()
    assert stream.cut_off, "the stream was over before the nodes were killed"
    network.start()
    await network.ready()
    # Nobody knows what became of what was cut off. Sent again, it takes effect, if it has not yet.
    async with Client(network.apis()) as client:
        for envelope in stream.cut_off:
            stream.answered[envelope] = await client.submit(envelope, wait=20)
    await check(network, stream.answered)
