"""How fast a whole ledger is audited: blocks with one transfer each, and full blocks."""

import resource
import signal
import time
from pathlib import Path
from typing import Any

from amanat.node.audit.archive_source import ArchiveSource
from amanat.node.audit.auditor import Auditor
from amanat.node.audit.directory_source import DirectorySource
from amanat.node.audit.export import Export
from amanat.node.audit.workplace import Workplace
from amanat.node.client import Client
from benchmarks.market import Market
from benchmarks.measurements import bulk_rate
from benchmarks.network import Network, network


async def audit(blocks: int, transfers: int) -> dict[str, Any]:
    """Make a chain of so many blocks with one transfer, then of transfers in bulk; audit it."""
    async with network() as running:
        market = Market(running, accounts=2_000)
        async with Client(running.apis) as client:
            await market.open(client)
            first = int((await client.get("/v1/status"))["height"])
        leader = running.api(await running.leader())
        async with Client([leader]) as client:
            for envelope in market.transfers(blocks, seed=1):
                await client.submit(envelope, wait=10)
            middle = int((await client.get("/v1/status"))["height"])
        await bulk_rate(running, market.transfers(transfers, seed=2))
        for process in running.processes.values():
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        return _audited(running, first, middle, transfers)


def _audited(running: Network, first: int, middle: int, transfers: int) -> dict[str, Any]:
    archive = running.root / "chain.amanat"
    started = time.perf_counter()
    source = DirectorySource(running.root / "data" / "mof", running.root)
    last = Export(archive, running.document, source).run().height
    source.close()
    exported = time.perf_counter() - started
    work = Workplace(Path(running.root / "work"))
    reached: dict[int, float] = {}

    def watch(height: int, _last: int) -> None:
        if height in (first, middle, last):
            reached[height] = time.perf_counter()

    auditor = Auditor(running.document, ArchiveSource(archive), work)
    finding = auditor.run(watch)
    ended = time.perf_counter()
    work.close()
    if finding is not None:
        raise RuntimeError(f"the chain is not in order: {finding}")
    return {
        "blocks": last,
        "archive_bytes": archive.stat().st_size,
        "export_blocks_per_second": last / exported,
        "single_blocks": middle - first,
        "blocks_per_second": (middle - first) / (reached[middle] - reached[first]),
        "bulk_blocks": last - middle,
        "transactions_per_second": transfers / (reached[last] - reached[middle]),
        "end_seconds": ended - reached[last],
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
