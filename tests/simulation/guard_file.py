"""The sign guard's file on a disk that can tear a write, fail a sync or let a bit rot."""

import errno
from random import Random

from amanat.node.sign_guard import PAGE_BYTES, PAGES, first_content


class SimulatedGuardFile:
    """Four pages; what a process sees of each, and what is on disk."""

    def __init__(self) -> None:
        content = first_content()
        self._seen = [content[n * PAGE_BYTES : (n + 1) * PAGE_BYTES] for n in range(PAGES)]
        self._on_disk = list(self._seen)
        self._dirty: set[int] = set()
        self._rotten: int | None = None
        self.failing = False
        """Whether the next sync fails; nobody knows what is on disk then."""
        self.interrupted = False
        """Whether a sync no longer comes to its end."""

    # --- what the sign guard calls ----------------------------------------------------------------

    def read(self) -> bytes:
        """Return the whole content."""
        return b"".join(self._seen)

    def write(self, content: bytes, offset: int) -> None:
        """Put `content` at the beginning of a page."""
        page, within = divmod(offset, PAGE_BYTES)
        if within or len(content) > PAGE_BYTES:
            raise NotImplementedError("the guard writes one page at a time, from its beginning")
        self._seen[page] = content + self._seen[page][len(content) :]
        self._dirty.add(page)
        if page == self._rotten:
            self._rotten = None

    def sync(self) -> None:
        """Put on disk what was written."""
        if self.interrupted:
            return
        if self.failing:
            raise OSError(errno.EIO, "Input/output error")
        for page in self._dirty:
            self._on_disk[page] = self._seen[page]
        self._dirty.clear()

    def close(self) -> None:
        """Nothing is held."""

    # --- what becomes of it -----------------------------------------------------------------------

    def reopen(self) -> None:
        """A process opens it; nobody interrupts its syncs any more."""
        self.interrupted = False

    def replace(self, content: bytes) -> None:
        """Somebody puts another file in its place, while no process has it open."""
        self._seen = [content[n * PAGE_BYTES : (n + 1) * PAGE_BYTES] for n in range(PAGES)]
        self._on_disk = list(self._seen)
        self._dirty.clear()
        self._rotten = None

    def forget(self) -> None:
        """The operating system takes for written what a failed sync has not written."""
        self._dirty.clear()

    def cut_power(self, random: Random) -> bool:
        """Leave of each unsynced page the old, the new or some of both; return if any is torn."""
        torn = False
        for page in sorted(self._dirty):
            old, new = self._on_disk[page], self._seen[page]
            self._on_disk[page] = random.choice([old, new, _torn(random, old, new)])
            torn = torn or self._on_disk[page] not in (old, new)
        self._dirty.clear()
        self._seen = list(self._on_disk)
        return torn

    def rot(self, random: Random) -> bool:
        """Flip a bit in one page, unless one is rotten already; return whether one is now.

        A guard survives one rotten page. Two of one slot would be the loss of the authority's
        promise, after which it may not start again.
        """
        if self._rotten is not None or self._dirty:
            return False
        page = random.randrange(PAGES)
        content = bytearray(self._on_disk[page])
        written = len(content.rstrip(b"\x00"))
        content[random.randrange(written)] ^= 1 << random.randrange(8)
        self._on_disk[page] = self._seen[page] = bytes(content)
        self._rotten = page
        return True


def _torn(random: Random, old: bytes, new: bytes) -> bytes:
    cut = random.randrange(len(new.rstrip(b"\x00")) + 1)
    return random.choice([new[:cut] + old[cut:], old[:cut] + new[cut:]])
