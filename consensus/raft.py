"""All that a node keeps of the protocol, on one page (Raft Figure 2), and how its role changes.

The handlers are in the modules that `core` names, one for each part of the protocol; they alone
touch this state.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from amanat.consensus.evidence import InvalidBlock, UnelectedLeader
from amanat.consensus.interface import Application, Promise, ReadIndex, States
from amanat.consensus.log import Log
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Confirmed, Past
from amanat.consensus.output import Output
from amanat.consensus.pending import Fetch, PendingRead
from amanat.consensus.progress import Progress
from amanat.consensus.statements import (
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Vote,
    genesis_id,
)
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.configurations import Configuration
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
    """Who this node is, and on which chain."""

    chain: Digest
    name: str
    sign: Sign


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

    # Volatile on every node: commitIndex, as a block, with the certificate that proves it, and the
    # highest certificate, which by two thirds is ahead of that. None stands for genesis.
    # lastApplied is the driver's: it applies what `Effects.final` names.
    final: BlockId
    commit: CommitCertificate | None
    certified: CommitCertificate | None
    role: Role = Role.FOLLOWER
    leader: LeaderCertificate | None = None
    """Of the leader that this node follows, or is, in the current term."""
    silence: int = 0
    """Ticks since the leader was heard, a vote was given or an election began."""
    timeout: int = 0
    """The silence that starts an election."""
    stands: bool = True
    """Whether this node stands for election; one that is about to be stopped does not."""
    distrusts: bool = False
    """Whether the last block of this term's leader was refused here, or what it had acked is not
    certified for long. Until the leader shows something better it is not heard, so a leader whose
    blocks a quorum refuses, or that keeps it split, is followed by another."""
    answers: bool = True
    """Whether the leader gets an answer. After a refused block it gets none until a timeout has
    passed; then it may try again."""

    suspected: InvalidBlock | UnelectedLeader | None = None
    """What a block that was refused here will prove, once the one that it follows is final."""

    # Volatile on followers that have lost patience.
    abandoned: LeaderCertificate | None = None
    """Of the last leader that this node gave up; it is ignored for the rest of its term."""
    shun_ticks: int = 0
    """Ticks left during which this node does not elect that leader again."""

    # Volatile on all: what others say of later terms.
    claimed_term: int = 0
    """The latest that anybody says to be in."""
    rest_ticks: int = 0
    """Ticks left during which this node, as a leader, gives way to no such word."""

    # Volatile on nodes that are unsure of their past.
    life: int = 0
    """Tells this start from all others."""
    pasts: dict[str, Past] = field(default_factory=dict)
    """What the others have told since this node started."""
    asked_past: int = 0
    """Ticks until it may ask them again."""

    # Volatile on candidates.
    supporters: dict[str, Signature] = field(default_factory=dict)
    """Who granted the vote, with the signature; for a pre-vote with an empty one."""

    # Volatile on all: the acks of this term's blocks that are not certified yet.
    acks: dict[int, dict[str, Signature]] = field(default_factory=dict)
    """By height and name. A leader is sent them; followers show them if it shows no certificate."""
    uncertified_ticks: int = 0
    """For how long a follower has seen nothing certified of what it acked."""
    unproved_ticks: int = 0
    """The same of what it holds and has no ack for, as a learner."""
    shared: int = 0
    """Up to which height this node may have shown others its acks of this term's blocks."""

    # Volatile on leaders: nextIndex[] and matchIndex[].
    followers: dict[str, Progress] = field(default_factory=dict)
    offers: dict[int, Signature] = field(default_factory=dict)
    """Of its own blocks that are not certified yet."""
    successor: str | None = None
    """To whom this leader hands over; it proposes nothing meanwhile."""
    successor_ticks: int = 0
    tried: tuple[str, ...] = ()
    """To whom this leader has tried to hand over, since it last went through all."""

    # Volatile on nodes that lag behind.
    asked_final: int = 0
    """From which height it has asked for final blocks since its last heartbeat period."""
    refusals: int = 0
    """How many messages of the leader in a row bring nothing, though this node lacks blocks."""
    asked_everybody: int = 0
    """Ticks until it may ask everybody again."""
    fetch: Fetch | None = None
    """The snapshot that it takes in, for want of the blocks."""

    # Volatile on leaders: reads.
    reads: deque[PendingRead] = field(default_factory=deque)
    """Reads that wait until a quorum has confirmed that this node leads."""
    read_round: int = 0
    """The last round of confirmation; never goes back, so that late answers are known as late."""
    confirmed: dict[str, Confirmed] = field(default_factory=dict)
    """The last round that each follower has confirmed, and how far it has shown its acks."""

    out: Output = field(default_factory=Output)

    @property
    def states(self) -> States:
        """The application's states, as snapshots."""
        return self.application.states

    @property
    def term(self) -> int:
        """The current term."""
        return self.promise.term

    @property
    def commit_height(self) -> int:
        """The greatest height known to be final."""
        return self.final.height

    @property
    def configuration(self) -> Configuration:
        """Who decides now: as the log's end has it, final or not (Raft §6)."""
        return self.configuration_after(self.log.last.height)

    @property
    def final_configuration(self) -> Configuration:
        """Who decides as far as is final."""
        return self.configuration_after(self.final.height)

    def configuration_after(self, height: int) -> Configuration:
        """Return who decides after the block at `height`: the last final one, or a later one."""
        configuration = self.application.configuration(height)
        if configuration is None:
            raise AssertionError(f"who decides after block {height} is not known")
        return configuration

    @property
    def rule(self) -> QuorumRule:
        """The chain's rule of what a certificate makes final."""
        return self.configuration.current.rule

    @property
    def votes(self) -> bool:
        """Whether this node is a voting member, as far as it knows."""
        return self.configuration.get(self.me.name) is not None

    @property
    def voters(self) -> list[str]:
        """The other voting members."""
        return self._others(self.configuration)

    @property
    def electorate(self) -> Configuration:
        """Who elects this node if it stands: it follows from what it offers."""
        return self.configuration_after(self.standing.height)

    @property
    def electors(self) -> list[str]:
        """The others who elect this node if it stands."""
        return self._others(self.electorate)

    def _others(self, configuration: Configuration) -> list[str]:
        sets = configuration.sets
        return sorted({m.name for each in sets for m in each.members} - {self.me.name})

    def takes_part(self, name: str) -> bool:
        """Return whether `name` may speak: it takes part now, or did when the last block was final.

        Whoever is on his way out is heard until that is final: his may be the news of it.
        """
        if name == self.me.name:
            return False
        if self.configuration.peer(name) is not None:
            return True
        return self.final_configuration.peer(name) is not None

    @property
    def standing(self) -> BlockId:
        """What this node's log offers when it stands for election.

        By majority its last block. By two thirds its last certified block, because any node that
        lies can have made the rest up (invariant 4).
        """
        if self.rule is QuorumRule.MAJORITY:
            return self.log.last
        return self.certified.block if self.certified else genesis_id(self.me.chain)

    @property
    def abstains(self) -> bool:
        """Whether the log is behind what this node has acked: its disk lost something.

        Such a node may have helped to make final what it no longer holds. So until its log has
        caught up past its own promise it neither acks nor stands for election, and elects only who
        holds at least what it promised (invariants 3, 4 and 6).
        """
        acked = self.promise.acked
        if acked is None or acked == self.log.last:
            return False
        last = self.log.last
        if last.term == acked.term:
            return acked.height > last.height or self.log.lacks(acked)
        return last.term < acked.term

    @property
    def is_unsure(self) -> bool:
        """Whether this node may have signed, from a disk that it lost, what it does not know of."""
        return self.promise.acked is None

    def settle(self, acked: BlockId) -> None:
        """Be sure from now on: nothing after `acked` can have been acked before."""
        if self.promise.acked is None:
            self.promise_ack(acked)
            self.pasts = {}

    def spend_vote(self, vote: Vote) -> None:
        """Bind this node to a vote that is not signed: it gives no other one in this term."""
        self.set_promise(Promise(term=self.term, vote=vote, acked=self.promise.acked))

    @property
    def _defended(self) -> BlockId:
        """The last block of what this node's log offers that its own ack can help to make final.

        Whoever a change has taken out does not defend what is decided without it. Those who
        decided may be down, and the others elect nobody without the sovereign one that goes.
        """
        block = self.standing
        while block.height > self.final.height and not self._certifies(block.height):
            block = self.log.block_id(block.height - 1) or self.final
        return block

    def _certifies(self, height: int) -> bool:
        certifier = self.application.certifier(height)
        return certifier is not None and certifier.get(self.me.name) is not None

    @property
    def least_position(self) -> tuple[int, int]:
        """What a candidate must offer at least: by majority it may lack nothing acked here.

        Invariant 4: only a candidate that holds every final block can win (Raft §5.4.1), though
        this node's own disk may have lost some of them.
        """
        least = max(self._defended.position, self.final.position)
        acked = self.promise.acked
        if acked is None or (self.rule is QuorumRule.TWO_THIRDS and not self.abstains):
            return least
        return max(least, acked.position)

    @property
    def installs(self) -> bool:
        """Whether a whole snapshot is on its way to the disk, from which the node starts anew."""
        return self.fetch is not None and self.fetch.is_whole

    @property
    def fetching(self) -> int:
        """The height whose snapshot is being taken in; else 0."""
        return self.fetch.block.height if self.fetch is not None else 0

    @property
    def certified_height(self) -> int:
        """The greatest height known to be certified."""
        return self.certified.block.height if self.certified is not None else 0

    @property
    def hears_leader(self) -> bool:
        """Whether a leader of this term was heard within the shortest election timeout.

        Who hears one elects no other (invariant 14: a node that comes back unseats nobody).
        """
        if self.role is Role.LEADER:
            return True
        if self.leader is None or self.distrusts:
            return False
        return self.silence < self.timing.election

    def become_follower(self, term: int, leader: LeaderCertificate | None = None) -> None:
        """Follow `leader` in `term`, or wait for one; `term` is at least the current one."""
        if term > self.term:
            self.set_promise(Promise(term=term, vote=None, acked=self.promise.acked))
            self.distrusts = False
        self.role = Role.FOLLOWER
        self.leader = leader
        self.answers = True
        self.supporters = {}
        self.uncertified_ticks = self.unproved_ticks = 0
        self.leave_leadership()
        self.restart_timeout()

    def trust(self) -> None:
        """Hear and answer the leader, which has shown something good; whoever stands gives way."""
        if self.distrusts:
            self.become_follower(self.term, self.leader)
        self.distrusts, self.answers = False, True

    def leave_leadership(self) -> None:
        """Forget all that a leader keeps; its unanswered reads are to be asked for again."""
        self.followers = {}
        self.acks = {}
        self.offers = {}
        self.successor, self.tried = None, ()
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
        if promise.term > self.term:
            self.shared = 0
        self.promise = promise
        self.out.promise(promise)

    def truncate(self, height: int) -> None:
        """Drop every block above `height`, which is not below what is final."""
        self.log.truncate(height)
        self.application.truncate(height)
        self.out.truncate(height)
        self.acks = {each: found for each, found in self.acks.items() if each <= height}
        if self.certified is not None and self.certified.block.height > height:
            # What replaces it shows the certificate of the block that it follows.
            self.certified = self.commit if self.rule is QuorumRule.MAJORITY else None

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
