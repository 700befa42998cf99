"""What is looked up in a node when somebody asks for its metrics; it costs nothing until then."""

import platform
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from amanat.consensus.raft import Role
from amanat.ledger.state import State, versions_of
from amanat.node.allowed_program import program_fault
from amanat.node.monitoring.readiness import free_bytes, has_diverged, readiness
from amanat.node.node import Node
from amanat.node.version import VERSION

LEARNER: Final = "learner"
"""Beside Raft's roles: a node without a vote."""


class StateOfNode(Collector):
    """Yields gauges of a node as it is at this moment."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def collect(self) -> Iterable[Metric]:
        """Yield each gauge."""
        yield from self._identity()
        yield from self._progress()
        yield from self._protocol()
        yield from self._resources()

    def _identity(self) -> Iterator[Metric]:
        node = self._node
        versions = versions_of(State(node.chain.final.tree.get))
        yield _labelled(
            "amanat_build_info",
            "The program, and the protocol version that the ledger is at.",
            {
                "version": VERSION,
                "python": platform.python_version(),
                "protocol": str(versions.current),
            },
        )
        yield _labelled(
            "amanat_node_info",
            "Which node this is, and of which network.",
            {
                "name": node.name,
                "network": node.document.network,
                "chain": node.chain_id.hex(),
            },
        )

    def _progress(self) -> Iterator[Metric]:
        node, status = self._node, self._node.status
        final = node.chain.final
        yield _gauge("final_height", "Greatest height known to be final.", node.seen_height)
        yield _gauge("applied_height", "Height of the last block applied here.", final.height)
        yield _gauge("log_height", "Height of the last block in the log.", status.last.height)
        lag = max(status.last.height - status.certified_height, 0)
        yield _gauge("certified_lag_blocks", "Blocks in the log that are not certified yet.", lag)
        yield _gauge(
            "applied_time_seconds",
            "Ledger time of the last block applied here, since 1970.",
            final.time / 1000,
        )
        pool = GaugeMetricFamily(
            "amanat_pool_transactions",
            "Transactions that are not final: waiting for a block, or placed in one.",
            labels=["state"],
        )
        pool.add_metric(["waiting"], node.pool.waiting)
        pool.add_metric(["placed"], len(node.pool) - node.pool.waiting)
        yield pool

    def _protocol(self) -> Iterator[Metric]:
        node, status = self._node, self._node.status
        yield _gauge("term", "The term.", status.term)
        roles = GaugeMetricFamily("amanat_role", "1 for the role that it has.", labels=["role"])
        votes = node.configuration.get(node.name) is not None
        role = status.role.value if votes or status.role is not Role.FOLLOWER else LEARNER
        for each in (*(each.value for each in Role), LEARNER):
            roles.add_metric([each], each == role)
        yield roles
        yield _gauge("leader_known", "Whether it knows who leads.", status.leader is not None)
        peers = node.transport.status()
        yield _gauge("peers", "Others that it dials.", len(peers))
        connected = sum(peer.connected for peer in peers)
        yield _gauge("peers_connected", "Others to which its link is up.", connected)
        yield _gauge("evidence", "Proofs that an authority broke the protocol.", len(node.evidence))
        diverged = has_diverged(node)
        yield _gauge("diverged", "Whether it refused a block that others made final.", diverged)
        allowed = program_fault(node) is None
        yield _gauge("program_allowed", "Whether governance lets its program run.", allowed)
        yield _gauge("ready", "Whether it can serve.", readiness(node).status == "ready")
        yield _gauge("draining", "Whether it is about to be stopped.", node.is_draining)

    def _resources(self) -> Iterator[Metric]:
        free, total = free_bytes(self._node)
        yield _gauge("data_free_bytes", "Free where the data directory is.", free)
        yield _gauge("data_size_bytes", "Size of the file system where the data is.", total)
        ends = GaugeMetricFamily(
            "amanat_certificate_expires_timestamp_seconds",
            "When a TLS certificate ends, since 1970. The one for peers is renewed long before.",
            labels=["use"],
        )
        for each in self._node.certificates.shown(datetime.now(UTC)):
            ends.add_metric([each.use], each.expires.timestamp())
        yield ends


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(f"amanat_{name}", documentation, value=float(value))


def _labelled(name: str, documentation: str, labels: Mapping[str, str]) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family
