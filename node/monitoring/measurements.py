"""Counts and times of what happens in one node, in a registry of its own."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.identifiers import Digest
from amanat.ledger.receipts import Applied
from amanat.ledger.rejections import DoorCode
from amanat.node import clock
from amanat.node.monitoring.observing import POOL_FULL, Write

UNDER_WAY_MAX: Final = 100_000
"""Transactions whose time to finality is measured at once: as many as the pool holds."""

FINALITY_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
DISK_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
HTTP_SECONDS: Final = (0.005, 0.025, 0.1, 0.5, 2.5, 10, 30)


class Measurements:
    """The instruments of one node. Implements `observing.Observer`."""

    def __init__(self, now: Callable[[], float] = clock.monotonic) -> None:
        """`now` gives seconds that never go back."""
        self.registry = CollectorRegistry()
        self._now = now
        self._admitted_at: OrderedDict[Digest, float] = OrderedDict()
        self._count_ledger()
        self._count_consensus()
        self._measure_times()

    def _count_ledger(self) -> None:
        self.blocks = Counter(
            "amanat_blocks_final", "Blocks that became final here.", registry=self.registry
        )
        self.committed = Counter(
            "amanat_transactions_committed",
            "Transactions in final blocks that took effect.",
            registry=self.registry,
        )
        self.rejected = Counter(
            "amanat_transactions_rejected",
            "Transactions in final blocks that a rule refused, by its code.",
            ["code"],
            registry=self.registry,
        )
        self.taken = Counter(
            "amanat_submissions_admitted",
            "Transactions taken into the pool, from clients and from peers.",
            registry=self.registry,
        )
        self.turned_away = Counter(
            "amanat_submissions_refused",
            "Transactions refused at the door, from clients and from peers, by code.",
            ["code"],
            registry=self.registry,
        )
        for code in (*DoorCode, POOL_FULL):
            self.turned_away.labels(str(code))

    def _count_consensus(self) -> None:
        self.elections = Counter(
            "amanat_elections_started",
            "Elections in which this node stood.",
            registry=self.registry,
        )
        self.won = Counter(
            "amanat_elections_won", "Elections that this node won.", registry=self.registry
        )
        self.leaders = Counter(
            "amanat_leader_changes",
            "Times that this node came to know of a leader of another term.",
            registry=self.registry,
        )
        self.faults = Counter(
            "amanat_peer_faults",
            "Messages that a peer may not send; nothing was taken from them.",
            ["peer"],
            registry=self.registry,
        )

    def _measure_times(self) -> None:
        self.finality = Histogram(
            "amanat_finality_seconds",
            "From taking a transaction here to its being final and applied here.",
            buckets=FINALITY_SECONDS,
            registry=self.registry,
        )
        writes = Histogram(
            "amanat_disk_write_seconds",
            "Writing and syncing, by what is written.",
            ["write"],
            buckets=DISK_SECONDS,
            registry=self.registry,
        )
        self._writes = {write: writes.labels(write.value) for write in Write}
        self.requests = Counter(
            "amanat_http_requests",
            "Requests answered, by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.answering = Histogram(
            "amanat_http_request_seconds",
            "From a request's head to its answer, by route; `wait` and streams take their time.",
            ["method", "route"],
            buckets=HTTP_SECONDS,
            registry=self.registry,
        )

        self.limited = Counter(
            "amanat_http_requests_limited",
            "Requests refused because an address or a participant asked too often.",
            ["caller"],
            registry=self.registry,
        )

    def limited_one(self, caller: str) -> None:
        """Count a request that was refused because its caller asked too often."""
        self.limited.labels(caller).inc()

    def admitted(self, transaction: Digest) -> None:
        """Start the transaction's time to finality."""
        self.taken.inc()
        self._admitted_at[transaction] = self._now()
        if len(self._admitted_at) > UNDER_WAY_MAX:
            self._admitted_at.popitem(last=False)  # it expired, or was dropped

    def refused(self, code: str) -> None:
        """Count a refusal at the door."""
        self.turned_away.labels(code).inc()

    def applied(self, blocks: Iterable[ExecutedBlock]) -> None:
        """Count what is final, and end the time of what was taken here."""
        now = self._now()
        committed = 0
        for block in blocks:
            self.blocks.inc()
            for receipt in block.receipts:
                if isinstance(receipt.outcome, Applied):
                    committed += 1
                else:
                    self.rejected.labels(receipt.outcome.code).inc()
                began = self._admitted_at.pop(receipt.transaction, None)
                if began is not None:
                    self.finality.observe(now - began)
        self.committed.inc(committed)

    def written(self, write: Write, seconds: float) -> None:
        """Measure a write."""
        self._writes[write].observe(seconds)
