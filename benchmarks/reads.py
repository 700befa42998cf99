"""The main reads of a node, each under a bounded load from a second process on loopback.

Rates are told as a share of what the same node answers to `/livez`, which asks nothing of the
ledger: measured in the same run, it is what HTTP alone takes.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amanat.client.message_signatures import RequestSigner
from amanat.node.client import Client
from benchmarks.market import Market
from benchmarks.network import FIVE, Network, network

LOAD: Final = Path(__file__).with_name("reading_load.py")
CONNECTIONS: Final = 16
TRANSFERS_PER_SECOND: Final = 200
"""What is submitted meanwhile, in the second half of the measurement."""


@dataclass(frozen=True)
class Read:
    """One thing that is asked for."""

    name: str
    path: str
    repeat_tag: bool = False
    """Whether the tag of the first answer is sent back, so that nothing changed."""


async def reads(accounts: int, seconds: float) -> dict[str, Any]:
    """Ask a follower of five authorities for each read, while nothing happens, then with transfers.

    The custodian of every account asks, with a token, so that each answer is judged as on a
    network where holdings are confidential.
    """
    async with network(FIVE) as running:
        market = Market(running, accounts=accounts)
        async with Client(running.apis) as client:
            await market.open(client)
            (envelope,) = market.transfers(1, seed=0)
            done = await client.submit(envelope, wait=10)
        leader = await running.leader()
        follower = running.api(next(name for name in running.names if name != leader))
        headers = {"Authorization": f"Bearer {await _token(running, follower)}"}
        asked = _asked(done["id"], int(done["height"]))
        idle = await _each(follower, headers, asked, seconds)
        async with _transfers(running.api(leader), market, seconds * len(asked)):
            busy = await _each(follower, headers, asked, seconds)
    return {
        "accounts": accounts,
        "authorities": len(FIVE),
        "connections": CONNECTIONS,
        "seconds": seconds,
        "transfers_per_second": TRANSFERS_PER_SECOND,
        "idle": idle,
        "busy": busy,
    }


def table(found: dict[str, Any]) -> str:
    """Return what was measured, a line for each read: idle, then while transfers come."""
    lines = [f"reads         {'':<22}{'a second':>9}{'share':>7}{'p50 ms':>8}{'p99 ms':>8}"]
    for when in ("idle", "busy"):
        for name, one in found[when].items():
            lines.append(
                f"  {when:<12}{name:<22}{one['per_second']:>9,.0f}{one['share_of_bound']:>7.2f}"
                f"{one['p50_ms']:>8.1f}{one['p99_ms']:>8.1f}"
            )
    return "\n".join(lines)


def _asked(transaction: str, height: int) -> list[Read]:
    holding = "/v1/accounts/account-7/holdings/PKR"
    return [
        Read("livez", "/livez"),
        Read("holding", holding),
        Read("holding, proof", f"{holding}?proof=true"),
        Read("holding, linearizable", f"{holding}?consistency=linearizable"),
        Read("holdings", "/v1/accounts/account-7/holdings"),
        Read("transaction", f"/v1/transactions/{transaction}"),
        Read("receipt, proof", f"/v1/transactions/{transaction}/receipt"),
        Read("events", "/v1/events?from=1&limit=100"),
        Read("block", f"/v1/blocks/{height}"),
        Read("block, 304", f"/v1/blocks/{height}", repeat_tag=True),
        Read("status", "/v1/status"),
        Read("openapi.json", "/v1/openapi.json"),
    ]


async def _each(
    node: str, headers: dict[str, str], asked: list[Read], seconds: float
) -> dict[str, Any]:
    found = {}
    for read in asked:
        found[read.name] = await _loaded(node, headers, read, seconds)
    bound = found["livez"]["per_second"]
    for one in found.values():
        one["share_of_bound"] = one["per_second"] / bound
    return found


async def _loaded(node: str, headers: dict[str, str], read: Read, seconds: float) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, LOAD, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    wish = {
        "url": node + read.path,
        "headers": headers,
        "connections": CONNECTIONS,
        "seconds": seconds,
        "repeat_tag": read.repeat_tag,
    }
    printed, _ = await process.communicate(json.dumps(wish).encode())
    if process.returncode:
        raise RuntimeError(f"the load on {read.path} failed")
    return dict(json.loads(printed))


@asynccontextmanager
async def _transfers(leader: str, market: Market, seconds: float) -> AsyncIterator[None]:
    """Submit transfers at an even rate, as long as something else is measured."""
    envelopes = market.transfers(int((seconds * 2 + 10) * TRANSFERS_PER_SECOND), seed=1)
    each = TRANSFERS_PER_SECOND // 10

    async def submit() -> None:
        async with Client([leader], seconds=60) as client:
            for first in range(0, len(envelopes), each):
                await client.submit_batch(envelopes[first : first + each])
                await asyncio.sleep(0.1)

    submitting = asyncio.create_task(submit())
    try:
        yield
        if submitting.done():
            raise RuntimeError("the transfers ended before what was measured among them")
    finally:
        submitting.cancel()
        await asyncio.gather(submitting, return_exceptions=True)


async def _token(running: Network, node: str) -> str:
    reader = RequestSigner(running.signers["cdc"])
    async with Client([node], reader=reader) as client:
        return str((await client.token("/v1/", seconds=600))["token"])
