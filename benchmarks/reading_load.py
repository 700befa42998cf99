"""Asks one address for one thing over and over: the process that loads a node in a measurement.

Takes what to ask as one JSON object on standard input, and prints what it measured as another.
"""

import asyncio
import json
import statistics
import sys
import time
from typing import Any

import aiohttp


async def load(
    url: str, headers: dict[str, str], connections: int, seconds: float, *, repeat_tag: bool
) -> dict[str, Any]:
    """Ask over so many connections for so many seconds, one request at a time on each.

    With `repeat_tag` the ETag of a first answer is sent back, so that every answer is 304.

    Raises:
        RuntimeError: an answer has another status than 200, or than 304 with `repeat_tag`.
    """
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        wanted = 200
        async with session.get(url) as first:
            size = len(await first.read())
            if repeat_tag:
                session.headers["If-None-Match"] = first.headers["ETag"]
                wanted = 304
        took: list[float] = []
        started = time.perf_counter()
        end = started + seconds

        async def ask() -> None:
            while (asked := time.perf_counter()) < end:
                async with session.get(url) as answer:
                    text = await answer.read()
                if answer.status != wanted:
                    raise RuntimeError(f"{url}: {answer.status} {text[:200]!r}")
                took.append((time.perf_counter() - asked) * 1000)

        await asyncio.gather(*(ask() for _ in range(connections)))
        lasted = time.perf_counter() - started
    took.sort()
    return {
        "per_second": len(took) / lasted,
        "p50_ms": statistics.median(took),
        "p99_ms": took[int(len(took) * 0.99)],
        "bytes": size,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(**json.load(sys.stdin)))))
