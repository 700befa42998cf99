"""The disk and the application of the consensus tests, as simple as they can be.

The application is a register of all blocks: its state after a block is the blocks before it. As a
snapshot that state travels one block to a piece.
"""

from collections.abc import Sequence

from amanat.consensus.interface import Disagreement, Persist, Promise, Staged
from amanat.consensus.log_entry import Entry, Snapshot
from amanat.consensus.statements import BlockId, CommitCertificate
from amanat.ledger.authorities import AuthoritySet, QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import EncodingError, decode, encode
from tests.consensus.deciding import COMPLETES, Deciding
from tests.consensus.signing import GENESIS, block_after, parent_of


class Disk:
    """What survives a crash: the log, the promise, and what was applied."""

    def __init__(self, entries: Sequence[Entry] = (), promise: Promise | None = None) -> None:
        self.base = 0
        self.log = list(entries)
        """From `base` on, or from the first entry if that is 0."""
        self.state: list[Entry] = []
        """What was applied before `base`."""
        self.staged: Snapshot | None = None
        self.pieces: dict[int, bytes] = {}
        self.is_whole = False
        self.promise = promise or Promise(term=self.last.term, vote=None, acked=GENESIS)
        self.commit: CommitCertificate | None = None
        self.older: list[CommitCertificate] = []
        """Certificates before `commit`, as far as they are kept."""
        self.rule = QuorumRule.MAJORITY
        self.reads = 0

    def certificate(self, first: int, last: int) -> CommitCertificate | None:
        for commit in (self.commit, *reversed(self.older)):
            final = commit.final(self.rule) if commit is not None else None
            if final is not None and first <= final.height <= last:
                return commit
        return None

    @property
    def last(self) -> BlockId:
        return self.log[-1].block if self.log else GENESIS

    def block_id(self, height: int) -> BlockId | None:
        self.reads += 1
        return self.log[height - self._first].block if self._holds(height) else None

    @property
    def _first(self) -> int:
        return max(self.base, 1)

    def _holds(self, height: int) -> bool:
        return self._first <= height < self._first + len(self.log)

    def entries(self, first: int, last: int, bytes_max: int) -> Sequence[Entry]:
        taken: list[Entry] = []
        assert self._holds(first), "an entry was read that is gone"
        for entry in self.log[first - self._first : last - self._first + 1]:
            bytes_max -= entry.size
            if taken and bytes_max < 0:
                break
            taken.append(entry)
        return taken

    def write(self, persist: Persist) -> None:
        if persist.truncate_above is not None:
            del self.log[persist.truncate_above - self._first + 1 :]
        for entry in persist.entries:
            gap = entry.block.height - self._first - len(self.log)
            assert gap == 0, "the disk was given a log with a gap"
            self.log.append(entry)
        self.promise = persist.promise or self.promise
        if persist.forget_below is not None:
            self._forget(persist.forget_below)
        for staged in persist.staged:
            self._stage(staged)

    def write_half(self, persist: Persist) -> None:
        """Do what a crash between the log and the promise leaves of a write."""
        self.write(persist.halves[0])

    def _forget(self, height: int) -> None:
        gone = self.log[: height - self._first]
        self.state += gone
        del self.log[: len(gone)]
        self.base = height

    def _stage(self, staged: Staged) -> None:
        if isinstance(staged, Snapshot):
            self.staged, self.pieces, self.is_whole = staged, {}, False
            return
        self.pieces[staged.number] = staged.content
        self.is_whole = staged.is_last

    def install(self) -> None:
        """Put a whole snapshot in the place of log and state, as a node that starts does."""
        if self.staged is None or not self.is_whole:
            return
        contents = [self.pieces[number] for number in sorted(self.pieces)]
        self.state = [decode(content, Entry) for content in contents]
        self.log, self.base = [self.staged.entry], self.staged.block.height
        self.commit, self.staged = self.staged.certificate, None


class Register:
    """An application that refuses what does not hash rightly and what says so itself."""

    def __init__(self, disk: Disk, authorities: AuthoritySet) -> None:
        disk.rule = authorities.rule
        entries = [*disk.state, *disk.log]
        self.blocks = [entry.block for entry in entries]
        self._authorities = authorities
        self._deciding = Deciding(authorities, entries)
        self._disk = disk
        self._taken: list[Entry] = []
        self._goal: BlockId | None = None

    def configuration(self, height: int) -> Configuration | None:
        return self._deciding.configuration(height)

    def certifier(self, height: int) -> Configuration | None:
        return self._deciding.certifier(height)

    def vouches(self, entry: Entry) -> bool:
        return parent_of(entry.block).digest == entry.parent

    def extend(self, entry: Entry) -> Disagreement | None:
        tip = self.blocks[-1] if self.blocks else GENESIS
        assert entry.parent == tip.digest, "the application was given a block that does not follow"
        if block_after(tip, entry.block.term, entry.payload) != entry.block:
            return Disagreement("the payload is not the block's", is_lasting=True)
        if entry.payload.startswith(b"invalid"):
            return Disagreement("the block executes to another state", is_lasting=True)
        if entry.payload.startswith(COMPLETES) != entry.completes_change:
            return Disagreement("the payload does not say what the entry says", is_lasting=True)
        self.append(entry.block, entry.payload)
        return None

    def append(self, block: BlockId, payload: bytes) -> None:
        """Move the tip to a block that this node built itself, or has executed."""
        self._deciding.append(payload)
        self.blocks.append(block)

    def truncate(self, height: int) -> None:
        del self.blocks[height:]
        self._deciding.truncate(height)

    # --- its states, as snapshots ---

    @property
    def states(self) -> "Register":
        return self

    @property
    def _entries(self) -> list[Entry]:
        return [*self._disk.state, *self._disk.log]

    def lineage(self, height: int) -> bytes | None:
        return encode([entry.payload for entry in self._entries[:height]])

    def follow(self, lineage: bytes) -> Sequence[Configuration] | None:
        try:
            payloads = decode(lineage, list[bytes])
        except EncodingError:
            return None
        deciding, found = Deciding(self._authorities), []
        for height, payload in enumerate(payloads, 1):
            found.append(deciding.configuration(height - 1))
            deciding.append(payload)
        found.append(deciding.configuration(len(payloads)))
        return [each for number, each in enumerate(found) if each and each not in found[:number]]

    def piece(self, height: int, cursor: bytes) -> bytes | None:
        at = int.from_bytes(cursor, "big")
        return encode(self._entries[at]) if at < height - 1 <= len(self._entries) else None

    def begin(self, entry: Entry) -> bool:
        self._taken, self._goal = [], entry.block
        return True

    def take(self, content: bytes) -> str | None:
        entry = decode(content, Entry)
        if entry.block != self._ancestor(len(self._taken) + 1):
            return "it is not of that state"
        self._taken.append(entry)
        return None

    def go_back(self) -> None:
        """Every piece is checked when it comes."""

    def _ancestor(self, height: int) -> BlockId:
        block = self._goal or GENESIS
        while block.height > height:
            block = parent_of(block)
        return block

    @property
    def cursor(self) -> bytes | None:
        if self._goal is None or self.count >= self._goal.height - 1:
            return None
        return self.count.to_bytes(8, "big")

    @property
    def count(self) -> int:
        return len(self._taken)
