"""Counts what happens in the protocol, on its way from the driver to the node."""

from amanat.consensus.core import Status
from amanat.consensus.evidence import Evidence
from amanat.consensus.interface import Fault, Final, ReadIndex
from amanat.consensus.raft import Role
from amanat.consensus.statements import LeaderCertificate
from amanat.node.driver import Listener
from amanat.node.monitoring.measurements import Measurements


class CountingListener:
    """Implements `driver.Listener`: counts, and tells `listener` everything."""

    def __init__(self, listener: Listener, measurements: Measurements) -> None:
        self._listener = listener
        self._measurements = measurements

    def elected(self, certificate: LeaderCertificate) -> None:
        """Count an election that was won."""
        self._measurements.won.inc()
        self._listener.elected(certificate)

    def certified(self) -> None:
        """Tell."""
        self._listener.certified()

    def final(self, final: Final) -> None:
        """Tell."""
        self._listener.final(final)

    def leader_changed(self, status: Status) -> None:
        """Count an election that this node begins, or a new leader."""
        if status.role is Role.CANDIDATE:
            self._measurements.elections.inc()
        if status.leader is not None:
            self._measurements.leaders.inc()
        self._listener.leader_changed(status)

    def readable(self, read: ReadIndex) -> None:
        """Tell."""
        self._listener.readable(read)

    def faulty(self, fault: Fault) -> None:
        """Count the peer's fault."""
        self._measurements.faults.labels(fault.peer).inc()
        self._listener.faulty(fault)

    def proven(self, evidence: Evidence) -> None:
        """Tell."""
        self._listener.proven(evidence)

    def installs(self) -> None:
        """Tell."""
        self._listener.installs()
