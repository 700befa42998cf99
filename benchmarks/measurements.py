"""The measurements. Each is bounded, and ends what it started."""

import asyncio
import os
import statistics
import time
from typing import Any

from nacl.signing import SigningKey

from amanat.ledger.crypto import verify
from amanat.node.client import Client
from benchmarks.market import Market
from benchmarks.network import Network, network

AUTHORITIES = 3
BATCH = 500


def verifications_per_second(count: int = 20_000) -> float:
    """Return how many Ed25519 signatures libsodium verifies in a second on one core."""
    key = SigningKey.generate()
    public = bytes(key.verify_key)
    signed = []
    for number in range(1000):
        message = number.to_bytes(54, "big")
        signed.append((message, key.sign(message).signature))
    started = time.perf_counter()
    for number in range(count):
        message, signature = signed[number % 1000]
        if not verify(public, message, signature):
            raise RuntimeError("a good signature was refused")
    return count / (time.perf_counter() - started)


async def signed_bulk(transfers: int, accounts: int, runs: int) -> dict[str, Any]:
    """Individually signed transfers through three authorities, as a share of the bound.

    The bound is what libsodium could verify with every core if verifying were all there is to do:
    each of the authorities verifies each signature once. It is measured right before each run.
    """
    cores = len(os.sched_getaffinity(0))
    results = []
    async with network() as running:
        market = Market(running, accounts=accounts)
        async with Client(running.apis) as client:
            await market.open(client)
        for run in range(runs):
            envelopes = market.transfers(transfers, seed=run)
            bound = verifications_per_second() * cores / AUTHORITIES
            rate = await bulk_rate(running, envelopes)
            results.append({"per_second": rate, "bound": bound, "share": rate / bound})
    return {
        "transfers": transfers,
        "accounts": accounts,
        "authorities": AUTHORITIES,
        "cores": cores,
        "runs": results,
        "per_second": statistics.median(result["per_second"] for result in results),
        "bound_per_second": statistics.median(result["bound"] for result in results),
        "share_of_bound": statistics.median(result["share"] for result in results),
    }


async def bulk_rate(running: Network, envelopes: list[bytes]) -> float:
    """Submit everything at the leader; return transfers made final per second."""
    leader = running.api(await running.leader())
    async with Client([leader], seconds=60) as client:
        started = time.perf_counter()
        pending: set[asyncio.Task[list[dict[str, Any]]]] = set()
        for first in range(0, len(envelopes), BATCH):
            if len(pending) >= 4:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                _check(done)
            batch = envelopes[first : first + BATCH]
            pending.add(asyncio.create_task(client.submit_batch(batch)))
        done, _ = await asyncio.wait(pending)
        _check(done)
        while (await client.get("/v1/status"))["pending"]:
            await asyncio.sleep(0.01)
        took = time.perf_counter() - started
        for envelope in envelopes[:: max(len(envelopes) // 50, 1)]:
            outcome = await client.submit(envelope)
            if outcome["state"] != "committed":
                raise RuntimeError(f"a transfer is not committed: {outcome}")
    return len(envelopes) / took


def _check(done: set[asyncio.Task[list[dict[str, Any]]]]) -> None:
    for task in done:
        for item in task.result():
            if "id" not in item:
                raise RuntimeError(f"a transfer was refused: {item}")


async def idle_latency(count: int) -> dict[str, Any]:
    """From submitting to the answer that it is final, one transfer at a time, at a follower."""
    async with network() as running:
        market = Market(running, accounts=100)
        async with Client(running.apis) as client:
            await market.open(client)
        envelopes = market.transfers(count + 20, seed=1)
        leader = await running.leader()
        followers = [url for url in running.apis if url != running.api(leader)]
        took = []
        async with Client(followers) as client:
            for envelope in envelopes:
                started = time.perf_counter()
                outcome = await client.submit(envelope, wait=10)
                took.append((time.perf_counter() - started) * 1000)
                if outcome["state"] != "committed":
                    raise RuntimeError(f"a transfer is not committed: {outcome}")
        took = sorted(took[20:])
    return {
        "count": count,
        "p50_ms": statistics.median(took),
        "p99_ms": took[int(len(took) * 0.99)],
    }


async def failover(times: int) -> dict[str, Any]:
    """From the leader's SIGKILL to the next final transfer, submitted at a survivor."""
    took = []
    async with network() as running:
        market = Market(running, accounts=100)
        async with Client(running.apis) as client:
            await market.open(client)
        for round_number in range(times):
            leader = await running.leader()
            survivors = [url for url in running.apis if url != running.api(leader)]
            (envelope,) = market.transfers(1, seed=1000 + round_number)
            running.kill(leader)
            started = time.perf_counter()
            async with Client(survivors) as client:
                outcome = await client.submit(envelope, wait=20)
            took.append(time.perf_counter() - started)
            if outcome["state"] != "committed":
                raise RuntimeError(f"a transfer is not committed: {outcome}")
            running.start(leader)
            await running.ready()
    return {
        "times": times,
        "median_s": statistics.median(took),
        "max_s": max(took),
        "all_s": took,
    }
