"""A rolling upgrade of a network of processes, under a constant load of writes by the client.

    python -m tests.node.rolling_upgrade [--rounds N]

Drains, stops and starts one node after the other, N times around, and prints a log. Each payment
must come back with a proved receipt: one failure ends it with exit code 1. The program that starts
again is the one that was stopped: what is shown is that replacing it costs no write, not that two
versions understand each other (formats by version: `tests/node/stored_data.py`).
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from amanat.client import AsyncClient, ClientError
from amanat.config.settings import load_settings
from amanat.ledger.operations import ActivateInstrument, Issue, Transfer
from amanat.node.client import Client
from amanat.node.data_directory import process_of
from tests.ledger.world import RUPEE, account, holder, rupee
from tests.node.processes import Network

NAMES: Final = ("cdc", "mof", "sbp")
WRITERS: Final = 3
"""How many clients write, each one payment after the other."""
BETWEEN: Final = 10
"""Payments that must come through after each step, before the next."""
LIMIT_SECONDS: Final = 60


@dataclass
class Load:
    """Payments without end, and what became of them."""

    network: Network
    journals: Path
    done: int = 0
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    """Seconds that the slowest payment took."""
    over: bool = False
    progress: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def write(self, number: int) -> None:
        """Pay again and again until it is `over`."""
        urls = self.network.apis()
        urls = urls[number % len(urls) :] + urls[: number % len(urls)]
        journal = self.journals / str(number)
        async with AsyncClient(urls, genesis=self.network.document, journal=journal) as client:
            while not self.over:
                envelope = self.network.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
                began = time.monotonic()
                try:
                    await client.submit_and_wait(envelope)
                except ClientError as error:
                    self.failed.append(f"{type(error).__name__}: {error}")
                async with self.progress:
                    self.done += 1
                    self.slowest = max(self.slowest, time.monotonic() - began)
                    self.progress.notify_all()

    async def goes_on(self) -> None:
        """Wait until some more payments have come to their end."""
        goal = self.done + BETWEEN
        async with asyncio.timeout(LIMIT_SECONDS), self.progress:
            await self.progress.wait_for(lambda: self.done >= goal)


async def upgrade(root: Path, rounds: int, tell: Callable[[str], None]) -> Load:
    """Upgrade every node of a new network in `root`, `rounds` times, and return the load."""
    with Network(root, NAMES, quorum=2) as network:
        network.start()
        await network.ready()
        await _open(network)
        load = Load(network, root / "journals")
        async with asyncio.TaskGroup() as tasks:
            for number in range(WRITERS):
                tasks.create_task(load.write(number))
            try:
                for turn in range(rounds):
                    for name in NAMES:
                        tell(f"{turn + 1}  " + await _replace(network, name, load))
            finally:
                load.over = True
        balance = await _balance(network)
        tell(f"{load.done} payments, {len(load.failed)} failed, slowest {load.slowest:.2f} s")
        if balance != load.done - len(load.failed):
            load.failed.append(f"beta holds {balance} after {load.done} payments")
        return load


async def _replace(network: Network, name: str, load: Load) -> str:
    """Drain a node, stop it, and start it again; payments go on after each step. Tell of it."""
    process, before = network.processes[name], load.done
    async with Client([network.api(name)]) as client:
        role = (await client.get("/v1/status"))["role"]
        running = process_of(Path(load_settings(network.settings(name)).data))
        assert running == process.pid
        process.send_signal(signal.SIGUSR1)  # as `amanat node drain` does
        async with asyncio.timeout(LIMIT_SECONDS):
            while True:
                if (await client.get("/v1/status"))["role"] != "leader":
                    break
                await asyncio.sleep(0.02)  # no event tells from outside
    await load.goes_on()
    process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(process.wait) == 0
    await load.goes_on()
    network.start(name)
    await network.ready(name)
    await load.goes_on()
    paid = load.done - before
    return f"{name:4} was {role:8}: drained, stopped, started; {paid} payments meanwhile"


async def _open(network: Network) -> None:
    sign = network.writer.sign
    setup = [
        sign(["sbp"], rupee(), ActivateInstrument(RUPEE)),
        sign(["custodian-a"], holder("alpha"), account("alpha", "alpha", "custodian-a")),
        sign(["custodian-a"], holder("beta"), account("beta", "beta", "custodian-a")),
        sign(["sbp"], Issue(RUPEE, "alpha", 1_000_000_000)),
    ]
    async with Client(network.apis()) as client:
        for envelope in setup:
            outcome = await client.submit(envelope, wait=20)
            assert outcome["state"] == "committed", outcome


async def _balance(network: Network) -> int:
    async with AsyncClient(network.apis(), genesis=network.document) as client:
        return (await client.balance("beta", RUPEE, linearizable=True)).amount


def main() -> None:
    """Run it, and exit with 1 if a write failed."""
    arguments = argparse.ArgumentParser(description="A rolling upgrade under load.")
    arguments.add_argument("--rounds", type=int, default=3)
    rounds = arguments.parse_args().rounds
    with tempfile.TemporaryDirectory() as root:
        load = asyncio.run(upgrade(Path(root), rounds, lambda line: print(line, flush=True)))
    for failure in load.failed:
        print(failure, file=sys.stderr)
    sys.exit(1 if load.failed else 0)


if __name__ == "__main__":
    main()
