"""The core's inputs and outputs, and the two things it reads through.

The driver's duty, and the whole of it: for each `Effects`, in order,

1. send `messages` at any time, in any order, or lose them;
2. put `persist` on disk, synced, in sequence order, then step `Persisted(sequence)`;
3. apply blocks up to `final`;
4. on `elected`, build the term-opening block and step `Propose`;
5. let reads go ahead once their height is applied;
6. keep `evidence`;
7. on `installs`, end; what it starts from anew is the snapshot that it has taken in.

What may leave a node only after a sync is not in `messages` yet: it comes out of the step that
takes `Persisted`. So the driver cannot send a promise that a crash could forget.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from amanat.consensus.evidence import Evidence
from amanat.consensus.log_entry import Entry, Snapshot
from amanat.consensus.messages import Message
from amanat.consensus.notes import Note
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate, Vote
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest, Name, Term


class Promise(Structure, frozen=True):
    """All that an authority has bound itself to: Raft's persistent term and vote, and its acks.

    It is kept outside the database (the sign guard), synced before the signature is made.
    """

    term: Term
    vote: Vote | None
    """The one vote of this term, whole: to sign a second one with another `last` would be as bad
    as to sign one for another candidate."""
    acked: BlockId | None
    """The highest block acked, by (term, height), that is not known to have failed: a later
    leader's certificate can prove that it never became final, and its replacement releases it."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One unit of the driver's clock has passed."""


@dataclass(frozen=True, slots=True)
class Receive:
    """`message` arrived from the authority `sender`, whose identity the transport vouches for."""

    sender: Name
    message: Message


@dataclass(frozen=True, slots=True)
class Propose:
    """The leader's next block, executed on its tip. Refused with `NotLeader` by anybody else.

    The application's tip is this block already; the driver takes it back if this is refused.
    """

    height: int
    parent: Digest
    digest: Digest
    payload: bytes
    completes_change: bool = False
    """Whether it ends the change of the authority set that is under way."""


@dataclass(frozen=True, slots=True)
class Persisted:
    """Everything up to the `Persist` numbered `sequence` is on disk."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Read:
    """Somebody reads at this node and must see all that was final when it asked.

    `number` tells reads apart; no two of one node are alike.
    """

    number: int


@dataclass(frozen=True, slots=True)
class TransferLeadership:
    """This node is to hand leadership over, if it leads: to `to`, or to whom it sees fit.

    With `for_good` it does not stand for election any more while it runs, and goes on trying.
    """

    to: Name | None = None
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Abandon:
    """The leader of `term` leaves valid transactions out: this node is to follow it no more."""

    term: Term


@dataclass(frozen=True, slots=True)
class Forget:
    """The log's entries below `height` are to go: the block there is final and applied."""

    height: int


Event = Tick | Receive | Propose | Persisted | Read | TransferLeadership | Abandon | Forget


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for one peer."""

    to: Name
    message: Message


@dataclass(frozen=True, slots=True)
class StagedPiece:
    """A piece of a snapshot's state, checked: number `number`, in place of one staged before."""

    number: int
    content: bytes
    is_last: bool
    """Whether the snapshot is whole with it: the node may start from it."""


Staged = Snapshot | StagedPiece
"""Part of a snapshot that is taken in: a new one begins and replaces what was staged of another,
or it goes on. It is kept beside all that the node has, and replaces nothing of it."""


@dataclass(frozen=True, slots=True)
class Persist:
    """What must be on disk, synced, before `Persisted(sequence)` may be stepped.

    Drop the log's entries above `truncate_above` (if given), then add `entries`; and replace the
    promise (if given), synced before or after these: see `halves`. Entries below `forget_below`
    (if given) go at any time; so does what is `staged` come.
    """

    sequence: int
    promise: Promise | None
    truncate_above: int | None
    entries: tuple[Entry, ...]
    forget_below: int | None = None
    staged: tuple[Staged, ...] = ()

    @property
    def halves(self) -> tuple["Persist", ...]:
        """What goes to the database and what to the promise's own file, in this order or the other.

        The promise comes first if it may let go of a block that is dropped here: a node that
        crashed in between would lack a block to which it is bound, and who could release it might
        never be heard again. It comes second if it binds to one of `entries`: else a power failure
        at all nodes at once could leave every one bound to a block that nobody holds. Either way
        no election could succeed any more.
        """
        log, promise = replace(self, promise=None), Persist(self.sequence, self.promise, None, ())
        if self.promise is None:
            return (log,)
        if log == Persist(self.sequence, None, None, ()):
            return (promise,)
        binds = any(entry.block == self.promise.acked for entry in self.entries)
        return (log, promise) if binds else (promise, log)


@dataclass(frozen=True, slots=True)
class Final:
    """`block` and all before it are final, which `certificate` proves."""

    block: BlockId
    certificate: CommitCertificate


@dataclass(frozen=True, slots=True)
class Fault:
    """A peer broke the protocol; nothing was taken from its message from there on."""

    peer: Name
    reason: str


@dataclass(frozen=True, slots=True)
class ReadIndex:
    """A read is up to date once `height` is applied; None: nobody could say, ask again."""

    number: int
    height: int | None


@dataclass(frozen=True, slots=True)
class Effects:
    """What one step asks of the driver."""

    messages: tuple[Outgoing, ...] = ()
    persist: Persist | None = None
    final: Final | None = None
    """Newly final."""
    elected: LeaderCertificate | None = None
    """This node now leads the term; it must propose the term-opening block next."""
    reads: tuple[ReadIndex, ...] = ()
    faults: tuple[Fault, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """Proof that an authority broke the protocol; it is to be kept, shown and alarmed."""
    installs: bool = False
    """A whole snapshot is on disk: end, put it in the place of log and state, and start anew."""
    notes: tuple[Note, ...] = ()
    """How elections go, for the log."""


class NotLeader(Exception):  # noqa: N818 - named after the condition, as in Raft implementations
    """A proposal was stepped at a node that does not lead, or not now, or not on the log's end."""


class LogReader(Protocol):
    """Reads the entries that are on disk. Heights start at 1; genesis is not an entry."""

    @property
    def base(self) -> int:
        """The height of the first entry, if entries before it are gone; 0 if none ever was."""

    def block_id(self, height: int) -> BlockId | None:
        """Return the id of the entry at `height`, or None where there is none."""

    def entries(self, first: int, last: int, bytes_max: int) -> Sequence[Entry]:
        """Return entries `first` to `last`, fewer if they exceed `bytes_max`, at least one."""

    def certificate(self, first: int, last: int) -> CommitCertificate | None:
        """Return the highest certificate on disk that makes a block `first` to `last` final."""


class States(Protocol):
    """The application's states as snapshots: piece by piece given away, and taken in."""

    def lineage(self, height: int) -> bytes | None:
        """Return how those who decide after the final block at `height` came to; None: not kept."""

    def follow(self, lineage: bytes) -> Sequence[Configuration] | None:
        """Return every configuration that `lineage` proves from genesis on, that one first."""

    def piece(self, height: int, cursor: bytes) -> bytes | None:
        """Return the piece at `cursor` of the state after the block at `height`, if it is kept."""

    def begin(self, entry: Entry) -> bool:
        """Get ready to take in the state after `entry`. Return whether that is to be done.

        Not in an archive, which must not lack a block.
        """

    def take(self, content: bytes) -> str | None:
        """Take the piece at `cursor`. Return what is wrong with it, or None."""

    def go_back(self) -> None:
        """Drop the last pieces as far as it is not proved yet that they are of the state."""

    @property
    def cursor(self) -> bytes | None:
        """Where the next piece begins; None once the state is whole."""

    @property
    def count(self) -> int:
        """How many pieces were taken that stand."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A block did not execute to what it says."""

    reason: str
    is_lasting: bool
    """Whether everybody would find the same, at any time: not if it is a matter of clocks."""


class Application(Protocol):
    """The deterministic machine whose blocks consensus orders. Its tip follows the log's end."""

    @property
    def states(self) -> States:
        """Its states, as snapshots."""

    def extend(self, entry: Entry) -> Disagreement | None:
        """Execute `entry` on the tip. Return None if everything agrees, else what does not."""

    def vouches(self, entry: Entry) -> bool:
        """Return whether `entry` says of its block what the block says of itself."""

    def configuration(self, height: int) -> Configuration | None:
        """Return who decides after the block at `height`; None if that is not known any more.

        It elects on that block, and certifies the next one unless that completes a change.
        """

    def certifier(self, height: int) -> Configuration | None:
        """Return who certifies the block at `height`; None if that is not known any more."""

    def truncate(self, height: int) -> None:
        """Forget every executed block above `height`."""
