"""What a step asks of the driver, as it is being gathered."""

from collections import deque
from collections.abc import Callable, Iterable

from amanat.consensus.evidence import Evidence
from amanat.consensus.interface import (
    Effects,
    Fault,
    Final,
    Outgoing,
    Persist,
    Promise,
    ReadIndex,
    Staged,
)
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Message
from amanat.consensus.notes import Note
from amanat.consensus.statements import LeaderCertificate


class Output:
    """Gathers the effects of a step, and holds back what must wait for the disk."""

    def __init__(self) -> None:
        self._issued = 0
        self._on_disk = 0
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()
        self._clear()

    def _clear(self) -> None:
        self._messages: list[Outgoing] = []
        self._promise: Promise | None = None
        self._truncate_above: int | None = None
        self._entries: list[Entry] = []
        self._forget_below: int | None = None
        self._staged: list[Staged] = []
        self._installs = False
        self._actions: list[Callable[[], None]] = []
        self._faults: list[Fault] = []
        self._reads: list[ReadIndex] = []
        self._evidence: list[Evidence] = []
        self._final: Final | None = None
        self._elected: LeaderCertificate | None = None
        self._notes: list[Note] = []

    @property
    def next_sequence(self) -> int:
        """The number of the `Persist` that this step issues, if it issues one."""
        return self._issued + 1

    def send(self, to: str, message: Message) -> None:
        """Send `message`; it promises nothing that is not on disk yet."""
        self._messages.append(Outgoing(to, message))

    def promise(self, promise: Promise) -> None:
        """Put `promise` on disk."""
        self._promise = promise

    def truncate(self, height: int) -> None:
        """Drop the log's entries above `height` from disk."""
        self._truncate_above = height
        self._entries = [entry for entry in self._entries if entry.block.height <= height]

    def entry(self, entry: Entry) -> None:
        """Add `entry` to the log on disk."""
        self._entries.append(entry)

    def forget(self, height: int) -> None:
        """Drop the log's entries below `height` from disk."""
        self._forget_below = height

    def stage(self, staged: Staged) -> None:
        """Keep part of a snapshot that is taken in."""
        self._staged.append(staged)

    def install(self) -> None:
        """End, and start anew from the snapshot."""
        self._installs = True

    def final(self, final: Final) -> None:
        """Apply the blocks that are final now."""
        self._final = final

    def elected(self, certificate: LeaderCertificate) -> None:
        """Ask for the term-opening block."""
        self._elected = certificate

    def read(self, index: ReadIndex) -> None:
        """Let a read of this node go ahead."""
        self._reads.append(index)

    def fault(self, peer: str, reason: str) -> None:
        """Report that `peer` broke the protocol."""
        self._faults.append(Fault(peer, reason))

    def note(self, note: Note) -> None:
        """Say how an election goes."""
        self._notes.append(note)

    def evidence(self, evidence: Iterable[Evidence]) -> None:
        """Report proof that an authority broke the protocol."""
        self._evidence += evidence

    def when_synced(self, action: Callable[[], None]) -> None:
        """Run `action` when everything issued up to the end of this step is on disk."""
        self._actions.append(action)

    def persisted(self, sequence: int) -> None:
        """Note that everything up to the `Persist` numbered `sequence` is on disk."""
        self._on_disk = max(self._on_disk, sequence)

    @property
    def _has_to_persist(self) -> bool:
        numbers = (self._truncate_above, self._forget_below)
        return bool(self._promise or self._entries or self._staged) or numbers != (None, None)

    def finish(self) -> Effects:
        """Run what waits for nothing any more, and return all effects of the step."""
        persist = None
        if self._has_to_persist:
            self._issued += 1
            persist = Persist(
                self._issued,
                self._promise,
                self._truncate_above,
                tuple(self._entries),
                self._forget_below,
                tuple(self._staged),
            )
            self._promise, self._truncate_above, self._entries = None, None, []
            self._forget_below, self._staged = None, []
        self._waiting.extend((self._issued, action) for action in self._actions)
        self._actions = []
        while self._waiting and self._waiting[0][0] <= self._on_disk:
            self._waiting.popleft()[1]()
        effects = Effects(
            messages=tuple(self._messages),
            persist=persist,
            final=self._final,
            elected=self._elected,
            reads=tuple(self._reads),
            faults=tuple(self._faults),
            evidence=tuple(self._evidence),
            installs=self._installs,
            notes=tuple(self._notes),
        )
        if self._has_to_persist or self._actions:
            raise AssertionError("an action that ran after a sync asked for another one")
        self._clear()
        return effects
