"""How long a backup, its verification and a restore take, by size of the ledger.

    python -m benchmarks.restoring [PAYMENTS ...]

Each ledger holds so many payments, in blocks of 500, with the market they are made in. A backup is
verified before it counts and a restore before it is named, so both figures have that in them.
Prints a line of JSON for each size.
"""

import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from amanat.node.backup import creating, restoring
from tests.node.backup.stored import NAME, StoredNode

SIZES: Final = (20_000, 100_000, 300_000)
PER_BLOCK: Final = 500


def main(sizes: list[int]) -> None:
    """Measure each size."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measured(Path(folder), size)), flush=True)


def measured(root: Path, payments: int) -> dict[str, float | int]:
    """Return the figures for a ledger of so many payments."""
    node = StoredNode(root)
    for _ in range(0, payments, PER_BLOCK):
        node.pay(min(PER_BLOCK, payments))
    started = time.perf_counter()
    source = creating.Source(node.data, NAME, node.document)
    made = creating.create(source, root / "backups", datetime.now(UTC))
    created = time.perf_counter()
    restoring.restore(made.backup, root / "restored", node.document, moved=lambda _: None)
    return {
        "payments": payments,
        "height": made.backup.manifest.height,
        "bytes": made.backup.manifest.bytes,
        "create_seconds": round(created - started, 3),
        "restore_seconds": round(time.perf_counter() - created, 3),
    }


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or list(SIZES))
