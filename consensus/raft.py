"""All that a node keeps of the protocol, on one page (Raft Figure 2), and how its role changes.

The handlers are in `elections`, `leading` and `following`; they alone touch this state, through
`amanat.consensus.core.Core`.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from amanat.consensus.interface import Application, Promise, ReadIndex
from amanat.consensus.log import Log
from amanat.consensus.log_entry import Entry
from amanat.consensus.output import Output
from amanat.consensus.progress import Progress
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.crypto import Sign
from amanat.ledger.identifiers import Digest, Signature


class Role(StrEnum):
    """Raft's roles; a pre-candidate asks whether an election would succeed before it starts one."""

    FOLLOWER = "follower"
    PRE_CANDIDATE = "pre-candidate"
    CANDIDATE = "candidate"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Timing:
    """Timeouts in ticks of the driver's clock.

    An election starts after `election` to `2 * election` ticks of silence; a heartbeat goes out
    every `heartbeat` ticks. `heartbeat` is several times smaller than `election`.
    """

    election: int = 12
    heartbeat: int = 2


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this node is, on which chain, among whom."""

    chain: Digest
    name: str
    authorities: AuthoritySet
    sign: Sign

    @property
    def peers(self) -> list[str]:
        """The names of the other authorities."""
        return [m.name for m in self.authorities.members if m.name != self.name]


@dataclass(frozen=True, slots=True)
class PendingRead:
    """A read that waits for its round of confirmation."""

    reader: str
    number: int
    round: int
    height: int | None
    """What it will see at least; None if that cannot be said."""


@dataclass(slots=True)
class Raft:
    """The state. Names are those of Raft's Figure 2 where it has one."""

    me: Identity
    timing: Timing
    jitter: Iterator[int]
    """Endless source of numbers from 0 to `timing.election`: what the timeouts differ by."""
    application: Application

    # Persistent: currentTerm, votedFor and log[], with the acks that this protocol adds.
    promise: Promise
    log: Log

    # Volatile on every node: commitIndex, as a certificate; None stands for genesis.
    commit: CommitCertificate | None
    role: Role = Role.FOLLOWER
    leader: LeaderCertificate | None = None
    """Of the leader that this node follows, or is, in the current term."""
    silence: int = 0
    """Ticks since the leader was heard, a vote was given or an election began."""
    timeout: int = 0
    """The silence that starts an election."""

    # Volatile on followers that have lost patience.
    abandoned: LeaderCertificate | None = None
    """Of the last leader that this node gave up; it is ignored for the rest of its term."""
    shun_ticks: int = 0
    """Ticks left during which this node does not elect that leader again."""

    # Volatile on candidates.
    supporters: dict[str, Signature] = field(default_factory=dict)
    """Who granted the vote, with the signature; for a pre-vote with an empty one."""

    # Volatile on leaders: nextIndex[] and matchIndex[], and the acks of blocks not yet final.
    followers: dict[str, Progress] = field(default_factory=dict)
    acks: dict[int, dict[str, Signature]] = field(default_factory=dict)
    successor: str | None = None
    """To whom this leader hands over; it proposes nothing meanwhile."""
    successor_ticks: int = 0
    reads: deque[PendingRead] = field(default_factory=deque)
    """Reads that wait until a quorum has confirmed that this node leads."""
    read_round: int = 0
    """The last round of confirmation; never goes back, so that late answers are known as late."""
    confirmed: dict[str, int] = field(default_factory=dict)
    """The last round that each follower has confirmed."""

    out: Output = field(default_factory=Output)

    @property
    def term(self) -> int:
        """The current term."""
        return self.promise.term

    @property
    def commit_height(self) -> int:
        """The greatest height known to be final."""
        return self.commit.block.height if self.commit is not None else 0

    @property
    def abstains(self) -> bool:
        """Whether the log is behind what this node has acked: its disk lost something.

        Such a node may have helped to make final what it no longer holds. So until its log has
        caught up past its own promise it neither acks nor stands for election.
        """
        acked = self.promise.acked
        if acked is None or acked == self.log.last:
            return False
        last = self.log.last
        if last.term == acked.term:
            return self.log.block_id(acked.height) != acked
        return last.term < acked.term

    @property
    def least_position(self) -> tuple[int, int]:
        """Where a candidate's log must end at least: it may lack nothing that this node acked.

        Invariant 4: only a candidate that holds every final block can win (Raft §5.4.1), though
        this node's own disk may have lost some of them.
        """
        last, acked = self.log.last, self.promise.acked
        return last.position if acked is None else max(last.position, acked.position)

    @property
    def hears_leader(self) -> bool:
        """Whether a leader of this term was heard within the shortest election timeout."""
        if self.role is Role.LEADER:
            return True
        return self.leader is not None and self.silence < self.timing.election

    def become_follower(self, term: int, leader: LeaderCertificate | None = None) -> None:
        """Follow `leader` in `term`, or wait for one; `term` is at least the current one."""
        if term > self.term:
            self.set_promise(Promise(term=term, vote=None, acked=self.promise.acked))
        self.role = Role.FOLLOWER
        self.leader = leader
        self.supporters = {}
        self.leave_leadership()
        self.restart_timeout()

    def leave_leadership(self) -> None:
        """Forget all that a leader keeps; its unanswered reads are to be asked for again."""
        self.followers = {}
        self.acks = {}
        self.successor = None
        self.confirmed = {}
        for read in self.reads:
            if read.reader == self.me.name:
                self.out.read(ReadIndex(read.number, None))
        self.reads.clear()

    def restart_timeout(self) -> None:
        """Begin a new wait of random length, so that rival candidates part (Raft §5.2)."""
        self.silence = 0
        self.timeout = self.timing.election + next(self.jitter)

    def set_promise(self, promise: Promise) -> None:
        """Bind this node to `promise` as soon as it is on disk."""
        self.promise = promise
        self.out.promise(promise)

    def append(self, entry: Entry) -> None:
        """Put `entry` at the end of the log, and have it persisted."""
        self.log.append(entry, self.out.next_sequence)
        self.out.entry(entry)

    def promise_ack(self, block: BlockId) -> None:
        """Bind this node to `block` before it acks it.

        Invariant 6: the promise goes to disk with the block, the signature is made after.
        """
        acked = self.promise.acked
        if acked is None or acked.position < block.position:
            self.set_promise(Promise(term=self.term, vote=self.promise.vote, acked=block))

    def when_synced(self, action: Callable[[], None]) -> None:
        """Run `action` once all that this and earlier steps persist is on disk.

        It is dropped if the term has changed by then: a vote or an ack of a past term helps
        nobody, and its entries may be gone.
        """
        term = self.term

        def in_same_term() -> None:
            if self.term == term:
                action()

        self.out.when_synced(in_same_term)
