"""The driver: steps the core and carries out its effects, in the order that the core asks for.

It holds no rule of the protocol. Everything runs on one event loop; only disk writes leave it.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from amanat.consensus.core import Core, Status
from amanat.consensus.evidence import Evidence
from amanat.consensus.interface import (
    Effects,
    Event,
    Fault,
    Final,
    NotLeader,
    Outgoing,
    Persist,
    Propose,
    ReadIndex,
    Tick,
)
from amanat.consensus.notes import Note
from amanat.consensus.raft import Role
from amanat.consensus.statements import LeaderCertificate


class Listener(Protocol):
    """What the rest of the node does when the protocol moves."""

    def elected(self, certificate: LeaderCertificate) -> None:
        """This node leads now; open the term."""

    def certified(self) -> None:
        """A block was certified: a leader may have something to propose on it."""

    def final(self, final: Final) -> None:
        """The block and all before it are final."""

    def leader_changed(self, status: Status) -> None:
        """Another authority leads, or none does, or the term is another one."""

    def readable(self, read: ReadIndex) -> None:
        """A read may go ahead once its height is applied."""

    def faulty(self, fault: Fault) -> None:
        """A peer sent what it may not send; nothing was taken from it."""

    def proven(self, evidence: Evidence) -> None:
        """An authority broke the protocol, and this proves it."""

    def installs(self) -> None:
        """A snapshot is on disk, whole: the node is to end and to start anew from it."""


def _unheard(note: Note) -> None:
    """Nobody asked for notes."""
    del note


class Driver:
    """Feeds events to the core, one at a time, and carries out what each asks for."""

    def __init__(
        self,
        core: Core,
        *,
        send: Callable[[Outgoing], None],
        write: Callable[[Persist], None],
        listener: Listener,
        noted: Callable[[Note], None] = _unheard,
    ) -> None:
        self._core = core
        self._send = send
        self._write = write
        self._listener = listener
        self._noted = noted
        self._events: deque[Event] = deque()
        self._stepping = False
        self._status = core.status
        self.ticks = 0
        """Ticks since the node started."""

    @property
    def status(self) -> Status:
        """The core's place in the protocol."""
        return self._status

    @property
    def leads(self) -> bool:
        """Whether this node leads and its term-opening block is in the log."""
        return self._status.role is Role.LEADER and self._status.last.term == self._status.term

    def tick(self) -> None:
        """Let one tick pass."""
        self.ticks += 1
        self.step(Tick())

    def step(self, event: Event) -> None:
        """Step the core with `event`, after those that are being handled already."""
        self._events.append(event)
        if not self._stepping:
            self._handle_events()

    def propose(self, proposal: Propose) -> bool:
        """Step `proposal` now. Return whether the core took it.

        It is not queued: nothing may come between building a block on the tip and proposing it.
        """
        if self._stepping:
            raise AssertionError("a proposal was made while another event was being handled")
        self._stepping = True
        try:
            self._carry_out(self._core.step(proposal))
        except NotLeader:
            return False
        finally:
            self._stepping = False
        self._handle_events()
        return True

    def _handle_events(self) -> None:
        self._stepping = True
        try:
            while self._events:
                self._carry_out(self._core.step(self._events.popleft()))
        finally:
            self._stepping = False

    def _carry_out(self, effects: Effects) -> None:
        before, self._status = self._status, self._core.status
        for outgoing in effects.messages:
            self._send(outgoing)
        if effects.persist is not None:
            self._write(effects.persist)
        self._tell(effects)
        after = self._status
        if before.certified_height != after.certified_height:
            self._listener.certified()
        if (before.leader, before.term) != (after.leader, after.term):
            self._listener.leader_changed(after)

    def _tell(self, effects: Effects) -> None:
        for note in effects.notes:
            self._noted(note)
        for fault in effects.faults:
            self._listener.faulty(fault)
        if effects.final is not None:
            self._listener.final(effects.final)
        if effects.elected is not None:
            self._listener.elected(effects.elected)
        for evidence in effects.evidence:
            self._listener.proven(evidence)
        for read in effects.reads:
            self._listener.readable(read)
        if effects.installs:
            self._listener.installs()
