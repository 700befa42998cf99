"""One authority's machine: a disk, a clock, and a process that ends and is started again."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import plyvel

from amanat.ledger.identifiers import Digest
from amanat.ledger.tree.tree_nodes import CorruptNode
from amanat.node.records import StorageFailed
from amanat.node.sign_guard import GuardError
from amanat.node.store import StoreError
from tests.simulation.boundaries import Boundary
from tests.simulation.clock import SimulatedClock
from tests.simulation.disk import SimulatedDisk
from tests.simulation.disk_work import DiskWork
from tests.simulation.invariants import Violation
from tests.simulation.node import SimulatedNode
from tests.simulation.surroundings import Surroundings
from tests.simulation.timeline import Timeline

AGAIN_MS = 500
"""After this time whoever runs a node starts it again that ended by itself or did not start."""

_DISK_ERRORS = (StoreError, StorageFailed, GuardError, CorruptNode, plyvel.Error, OSError)


class CutOff(Exception):  # noqa: N818 - what happens to the process
    """The process ends here, between two effects."""


@dataclass(frozen=True, slots=True)
class Blow:
    """How a process is to be cut off: at a boundary, when it comes there for the nth time."""

    boundary: Boundary
    passing: int
    power: bool
    """Whether the power goes too, and with it what is not synced; else the process alone."""
    down: int
    """Milliseconds until it is started again."""


class Machine:
    """Runs one node through crashes, pauses and repairs."""

    def __init__(
        self,
        around: Surroundings,
        *,
        disk: SimulatedDisk,
        clock: SimulatedClock,
        timeline: Timeline,
        counts: Counter[str],
    ) -> None:
        self.name = around.name
        self.disk = disk
        self.clock = clock
        self.node: SimulatedNode | None = None
        """The process that runs; None while the machine is down."""
        self._around = replace(around, reach=self._reach)
        self._random = around.random
        self._timeline = timeline
        self._counts = counts
        self._tell = around.story.tell
        self._writing: Iterator[DiskWork] | None = None
        """The write under way."""
        self._work: DiskWork | None = None
        """What of it the disk is doing."""
        self._inbox: deque[Callable[[SimulatedNode], None]] | None = None
        """What waits for a paused process; None while it runs."""
        self._blow: Blow | None = None

    # --- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the process, if there is none and the disk lets it."""
        if self.node is not None:
            return
        try:
            self.node = SimulatedNode(self._around, self.disk)
        except _DISK_ERRORS as error:
            self._refused(error)
            return
        except CutOff:
            self._strike(None, self._blow)
            return
        log, applied = self.node.status.last, self.node.status.commit_height
        self._tell(f"{self.name} starts: its log ends at {log.height}, applied is {applied}")
        self.disk.back_up()
        self._tick_later(self.node, self._random.randint(1, self.clock.tick))

    def crash(self, *, power: bool, down: int) -> None:
        """Cut the process off, and start it again after `down` milliseconds."""
        kind = "power cut" if power else "kill"
        if self.node is None:
            if power:
                self._lose(power=True)
            return
        self._counts[kind] += 1
        how = "loses power" if power else "is killed"
        self._tell(f"{self.name} {how}{self._under_way()}")
        self._end(power=power)
        self._start_after(down)

    def arm(self, blow: Blow) -> None:
        """Cut the process off where `blow` says."""
        self._blow = blow

    def pause(self, lasts: int) -> None:
        """Stop the process where it is: no ticks; what arrives queues up, and comes all at once."""
        if self.node is None or self._inbox is not None:
            return
        self._counts["pause"] += 1
        self._tell(f"{self.name} is paused for {lasts} ms")
        inbox: deque[Callable[[SimulatedNode], None]] = deque()
        self._inbox = inbox
        self._timeline.after(lasts, lambda: self._resume(inbox))

    def lose_disk(self, *, anew: bool) -> None:
        """Take the database away; the process ends, and an operator puts another in its place."""
        self._counts["lost database"] += 1
        self._tell(f"{self.name} loses its database")
        if self.node is not None:
            self._end(power=False)
        self._restore(anew=anew)
        self._start_after(AGAIN_MS)

    def replace(self) -> None:
        """The machine is lost with all that is on it; a backup is restored on another."""
        self._counts["restored from a backup"] += 1
        self._tell(f"{self.name} is lost, and restored from a backup")
        if self.node is not None:
            self._end(power=True)
        self.disk.restore_whole()
        self._start_after(AGAIN_MS)

    def replace_with_nothing(self) -> None:
        """The machine is lost with all that is on it; its key runs on another, with a new disk."""
        self._counts["new disk"] += 1
        self._tell(f"{self.name} is lost, and its key runs on a new disk")
        if self.node is not None:
            self._end(power=True)
        self.disk.renew_whole()
        self._start_after(AGAIN_MS)

    def heal(self) -> None:
        """No fault befalls this machine from now on; damage that nobody has met yet remains."""
        self._blow = None
        self.clock.set_right()
        self.disk.heal()
        if self._inbox is not None:
            self._resume(self._inbox)
        self.start()

    # --- what the process does --------------------------------------------------------------------

    def do(self, action: Callable[[SimulatedNode], None]) -> None:
        """Let the process do something, unless it is down; if it is paused, once it goes on."""
        node = self.node
        if node is None:
            return
        if self._inbox is not None:
            self._inbox.append(action)
            return
        try:
            action(node)
            while node.writing and self._writing is None:
                self._advance(node.write())
            if node.is_outdated and self.node is node:
                self._end(power=False)
                self._start_after(1)
        except CutOff:
            self._strike(node, self._blow)
        except _DISK_ERRORS as error:
            self._fail(error)

    def _tick_later(self, node: SimulatedNode, delay: int) -> None:
        def tick() -> None:
            if self.node is node:
                if self._inbox is None:
                    self.do(SimulatedNode.tick)
                self._tick_later(node, self.clock.tick)

        self._timeline.after(delay, tick)

    def _resume(self, inbox: deque[Callable[[SimulatedNode], None]]) -> None:
        if self._inbox is not inbox:
            return
        self._inbox = None
        self._tell(f"{self.name} goes on; {len(inbox)} events wait")
        node = self.node
        for action in inbox:
            if self.node is node:
                self.do(action)

    def has(self, transactions: Iterable[Digest]) -> bool:
        """Return whether the node runs, is idle, and has applied all of these."""
        found = False

        def look(node: SimulatedNode) -> None:
            nonlocal found
            found = all(node.store.contains(each) for each in transactions)

        if self._writing is None:
            self.do(look)
        return found

    # --- writes -----------------------------------------------------------------------------------

    def _advance(self, writing: Iterator[DiskWork]) -> None:
        """Go on with a write, up to the next piece of work for the disk."""
        self._writing = writing
        work = self._work = next(writing, None)
        if work is None:
            self._writing = None
            return
        delay = self._random.randint(0, self.disk.sync_ms)
        blow = self._blow
        if blow is not None and blow.boundary is work.boundary:
            if blow.passing == 0:
                node = self.node
                self._timeline.after(
                    self._random.randint(0, delay), lambda: self._strike(node, blow)
                )
            else:
                self._blow = replace(blow, passing=blow.passing - 1)
        self._timeline.after(delay, lambda: self._finish(writing, work))

    def _finish(self, writing: Iterator[DiskWork], work: DiskWork) -> None:
        if self._work is not work:
            return

        def finish(_: SimulatedNode) -> None:
            work.run()
            self._work = None
            if self._around.story.is_told:
                self._tell(f"{self.name} has on disk: {work.what()}")
            self._advance(writing)

        self.do(finish)

    # --- how it ends ------------------------------------------------------------------------------

    def _reach(self, boundary: Boundary) -> None:
        """The process is at a boundary: cut it off if that is its fate."""
        blow = self._blow
        if blow is None or blow.boundary is not boundary:
            return
        if blow.passing == 0:
            raise CutOff
        self._blow = replace(blow, passing=blow.passing - 1)

    def _strike(self, node: SimulatedNode | None, blow: Blow | None) -> None:
        if blow is None or self._blow is not blow or self.node is not node:
            return
        self._blow = None
        self._counts[f"cut off {blow.boundary}"] += 1
        how = "loses power" if blow.power else "is killed"
        self._tell(f"{self.name} {how} {blow.boundary}{self._under_way()}")
        self._end(power=blow.power)
        self._start_after(blow.down)

    def _fail(self, error: Exception) -> None:
        """The process has ended by itself, because it could not rely on its disk."""
        self._expect(error)
        self._tell(f"{self.name} ends: {error}")
        self._end(power=False)
        self._repair()

    def _refused(self, error: Exception) -> None:
        self._expect(error)
        self._tell(f"{self.name} does not start: {error}")
        self._lose(power=False)
        self._repair()

    def _repair(self) -> None:
        """Start it again after a while; an operator replaces a damaged database before."""
        if self.disk.database.is_damaged:
            self._restore(anew=self._random.random() < 0.5)
        self._start_after(AGAIN_MS)

    def _expect(self, error: Exception) -> None:
        trouble = self.disk.trouble
        if trouble is None:
            raise Violation(f"3: {self.name} cannot use its own, sound disk: {error}") from error
        self._counts[f"stopped by {trouble}"] += 1

    def _restore(self, *, anew: bool) -> None:
        place = "an empty one" if anew else "its last copy"
        self._counts[f"database replaced by {place}"] += 1
        self._tell(f"{self.name}'s database is replaced by {place}; its sign guard stays")
        self.disk.restore(anew=anew)

    def _end(self, *, power: bool) -> None:
        """The process is gone, and of its write under way nobody knows how far it came."""
        work = self._work
        self.node, self._writing, self._work, self._inbox = None, None, None, None
        self.disk.interrupt()
        if work is not None and self._random.random() < 0.5:
            with suppress(*_DISK_ERRORS):
                work.run()
        self._lose(power=power)

    def _lose(self, *, power: bool) -> None:
        loss = self.disk.lose_power(self._random) if power else self.disk.lose_process(self._random)
        if loss.batches:
            self._counts["unsynced writes lost"] += 1
        if loss.torn:
            self._counts["torn write"] += 1
        if loss.batches or loss.torn:
            torn = " and leaves a torn page in its sign guard" if loss.torn else ""
            self._tell(f"{self.name} loses {loss.batches} unsynced writes{torn}")

    def _start_after(self, delay: int) -> None:
        def start() -> None:
            if self.node is None:
                self._counts["restart"] += 1
                self.start()

        self._timeline.after(delay, start)

    def _under_way(self) -> str:
        return f", with {self._work.what()} under way" if self._work is not None else ""
