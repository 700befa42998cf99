"""One authority of the explored system: the real core, its disk, and what is on its way there.

Time is an event like any other: it passes in leaps, each to the next thing that a node does of its
own accord. Between leaps no node remembers how much of its patience is used up, because any amount
may be; so what follows from a clock may follow at any time, or never.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from typing import Final

from amanat.consensus.core import Core, Restored
from amanat.consensus.interface import (
    Effects,
    Event,
    Persist,
    Persisted,
    Propose,
    Read,
    Receive,
    Tick,
    TransferLeadership,
)
from amanat.consensus.messages import PreVoteReply
from amanat.consensus.raft import Identity, Raft, Role, Timing
from amanat.consensus.sharing import SHARE_TIMEOUTS
from amanat.consensus.statements import BlockId, CommitCertificate
from amanat.ledger.crypto import Sign
from tests.consensus.register import Disk, Register
from tests.consensus.signing import CHAIN, block_after
from tests.exploration.act import Act, Kept, Kind
from tests.exploration.scope import Disks, Scope

TIMING: Final = Timing(election=2, heartbeat=1)
"""The shortest in which all happens: heartbeats between checks of the quorum, and one tick from
where a leader is missed to where an election begins."""
JITTER: Final = 1


class Actor:
    """What one authority is at one moment, whole."""

    def __init__(self, name: str, scope: Scope, sign: Sign) -> None:
        self.name = name
        self._scope = scope
        self.lives = 0
        """How often it has been started again."""
        self.stood = 0
        """How many elections it has begun."""
        self.reads = 0
        """How many reads it has been asked for."""
        self.disk = Disk()
        self._identity = Identity(CHAIN, name, sign)
        self._start()

    def _start(self) -> None:
        self.unsynced: deque[Persist | CommitCertificate] = deque()
        """What the disk has been given, in order: writes, and certificates of what is final."""
        self.application = Register(self.disk, self._scope.authorities)
        self.core = Core(
            self._identity,
            disk=self.disk,
            application=self.application,
            restored=Restored(self.disk.promise, self.disk.last, self.disk.commit),
            timing=TIMING,
            jitter=repeat(JITTER),
        )

    @property
    def raft(self) -> Raft:
        """The core's state, to look at."""
        return self.core._raft

    @property
    def log(self) -> list[BlockId]:
        """The blocks of its log, in memory or on disk."""
        log = self.raft.log
        found = [log.block_id(height) for height in range(1, log.last.height + 1)]
        return [block for block in found if block is not None]

    # --- what happens ---

    def does(self, act: Act) -> Iterator[Effects]:
        """Let `act` happen, and yield what comes out, step by step."""
        for effects in self._happens(act):
            yield effects
            if effects.elected is not None:
                yield self._propose()
        if act.kept is not None:
            self._crash(act.kept)
        elif self._scope.disks is Disks.QUICK:
            while self.unsynced:
                for effects in self._sync():
                    yield effects
                    if effects.elected is not None:
                        yield self._propose()
        self._settle()

    def _happens(self, act: Act) -> Iterator[Effects]:  # noqa: C901 - one case for each kind
        match act.kind:
            case Kind.RECEIVES if act.letter is not None:
                yield self._step(Receive(act.letter.sender, act.letter.message))
            case Kind.STANDS:
                yield from self._stands()
            case Kind.ASKS:
                self.stood += 1
                yield self._time_out()
            case Kind.MISSES:
                yield self._ticks(TIMING.election - self.raft.silence)
            case Kind.BEATS:
                yield self._step(Tick())
            case Kind.LOSES:
                # Two checks, for whoever is heard until the first; nobody gets its heartbeats.
                yield replace(self._ticks(2 * TIMING.election), messages=())
            case Kind.PROPOSES:
                yield self._propose()
            case Kind.READS:
                self.reads += 1
                yield self._step(Read(self.reads))
            case Kind.SHARES:
                self.raft.silence = 0
                self.raft.uncertified_ticks = SHARE_TIMEOUTS * TIMING.election - 1
                yield self._step(Tick())
            case Kind.HANDS_OVER:
                yield self._step(TransferLeadership())
            case Kind.SYNCS:
                yield from self._sync()

    def _step(self, event: Event) -> Effects:
        effects = self.core.step(event)
        self._carry_out(effects)
        return effects

    def _carry_out(self, effects: Effects) -> None:
        if effects.persist is not None:
            self.unsynced.append(effects.persist)
        if effects.final is not None:
            self.unsynced.append(effects.final.certificate)

    def _ticks(self, ticks: int) -> Effects:
        """Let time pass; what leaves the node before its end is lost."""
        for _ in range(ticks - 1):
            self._step(Tick())
        return self._step(Tick())

    def _time_out(self) -> Effects:
        return self._ticks(self.raft.timeout - self.raft.silence)

    def _stands(self) -> Iterator[Effects]:
        """Ask for pre-votes, which all others grant before anything else happens."""
        self.stood += 1
        asked = self._time_out()
        if self.raft.role is not Role.PRE_CANDIDATE:
            yield asked
            return
        for peer in self.raft.electors:
            if self.raft.role is Role.PRE_CANDIDATE:
                yield self._step(Receive(peer, PreVoteReply(self.raft.term + 1, granted=True)))

    def _propose(self) -> Effects:
        last, term = self.raft.log.last, self.raft.term
        # No two proposals are alike: a node that proposed twice in one place would be seen to.
        payload = f"{self.name}, term {term}, life {self.lives}".encode()
        block = block_after(last, term, payload)
        self.application.append(block, payload)
        return self._step(Propose(block.height, last.digest, block.digest, payload))

    def _sync(self) -> Iterator[Effects]:
        written = self.unsynced.popleft()
        if isinstance(written, CommitCertificate):
            self.disk.commit = written
            return
        self.disk.write(written)
        effects = self._step(Persisted(written.sequence))
        yield effects

    def _crash(self, kept: Kept) -> None:
        for number, written in enumerate(self.unsynced):
            if isinstance(written, CommitCertificate):
                if number < kept.writes:
                    self.disk.commit = written
            elif number < kept.writes:
                self.disk.write(written)
            elif number == kept.writes and kept.torn:
                self.disk.write_half(written)
        self.lives += 1
        self._start()

    # --- between two acts ---

    def _settle(self) -> None:
        """Forget what nothing depends on but how long things take, and count writes from here."""
        raft = self.raft
        if raft.role is Role.LEADER:
            raft.silence = 0
            for follower in raft.followers.values():
                follower.heard = True
        elif not self._scope.hears:
            raft.silence = TIMING.election
        raft.asked_final = raft.asked_everybody = raft.refusals = 0
        raft.uncertified_ticks = raft.rest_ticks = 0
        if raft.successor is None:
            raft.successor_ticks = 0
        if raft.claimed_term <= raft.term:
            raft.claimed_term = 0
        shift = raft.out._on_disk
        raft.out._issued -= shift
        raft.out._on_disk = 0
        raft.out._waiting = deque((number - shift, act) for number, act in raft.out._waiting)
        raft.log._memory = deque((number - shift, entry) for number, entry in raft.log._memory)
        self.unsynced = deque(
            each
            if isinstance(each, CommitCertificate)
            else replace(each, sequence=each.sequence - shift)
            for each in self.unsynced
        )
