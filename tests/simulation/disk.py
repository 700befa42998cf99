"""One machine's disk: the real store and the real sign guard, on files that can be lost in part."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.node.sign_guard import EVERYTHING, SignGuard
from amanat.node.sign_guard import first_content as first_promise
from amanat.node.store import Store
from tests.simulation.database import Content, SimulatedDatabase
from tests.simulation.guard_file import SimulatedGuardFile


@dataclass(frozen=True, slots=True)
class Loss:
    """What a crash took from a disk."""

    batches: int
    """Batches of the database that had not been synced."""
    torn: bool
    """Whether a page of the sign guard is part old, part new."""


class SimulatedDisk:
    """A node's database and sign guard, as every process that opens them finds them."""

    def __init__(self, chain: Digest, first: Content) -> None:
        """`first` is what `amanat init` writes."""
        self._chain = chain
        self._first = first
        self._backup = first
        self.old_guard = first_promise()
        self.database = SimulatedDatabase()
        self.database.replace(first)
        self.guard = SimulatedGuardFile()
        self.sync_ms = 2
        """How long a write takes at most."""

    def open(self, before_write: Callable[[], None] = lambda: None) -> tuple[Store, SignGuard]:
        """Open both, as a node that starts does.

        Args:
            before_write: called before each write with which the store brings its data up to date.

        Raises:
            StoreError, GuardError, plyvel.Error: the node does not start.
        """
        self.guard.reopen()
        guard = SignGuard.resume(self.guard)
        self.database.reopen()
        self.database.before_write = before_write
        try:
            store = Store.resume(self.database, self._chain)
        finally:
            self.database.before_write = lambda: None
        guard.renew()
        return store, guard

    @property
    def trouble(self) -> str | None:
        """Why a process cannot rely on it, or None if it can."""
        if self.database.full:
            return "a full disk"
        if self.database.failing or self.guard.failing:
            return "a failed sync"
        return "a damaged record" if self.database.is_damaged else None

    def back_up(self) -> None:
        """Keep a copy of the database; and of the sign guard, which no sound restore uses."""
        if not self.database.is_damaged:
            self._backup = self.database.content()
            self.old_guard = self.guard.read()

    def restore(self, *, anew: bool) -> None:
        """Put the last copy of the database in its place, or one as `amanat init` makes it."""
        self.database.replace(self._first if anew else self._backup)

    def restore_whole(self) -> None:
        """The machine is lost: put the last copy on another, as `amanat backup restore` does."""
        self.database.replace(self._backup)
        self.guard.replace(first_promise(EVERYTHING))

    def renew_whole(self) -> None:
        """The machine is lost: its key runs on another, with a disk as `amanat init` makes it."""
        self.database.replace(self._first)
        self.guard.replace(first_promise())

    def interrupt(self) -> None:
        """Let no sync come to its end any more: the process is about to go."""
        self.database.interrupted = self.guard.interrupted = True

    def lose_process(self, random: Random) -> Loss:
        """The process has gone; what it wrote stays, unless a sync failed."""
        batches = self.database.lose(random) if self.database.failing else 0
        if self.guard.failing:
            self.guard.forget()
        self._end_failure()
        return Loss(batches, torn=False)

    def lose_power(self, random: Random) -> Loss:
        """The power has gone, and with it what was not synced, in whole or in part."""
        self._end_failure()
        return Loss(self.database.lose(random), self.guard.cut_power(random))

    def heal(self) -> None:
        """Work as a good disk does; what is damaged stays so."""
        self.sync_ms = 2
        self.database.full = False
        self._end_failure()

    def _end_failure(self) -> None:
        self.database.failing = self.guard.failing = False


def first_content(document: GenesisDocument) -> Content:
    """Return the database that `amanat init` makes."""
    database = SimulatedDatabase()
    Store.found(database, document)
    return database.content()
