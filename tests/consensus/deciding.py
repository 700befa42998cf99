"""Who decides on the chain of the consensus tests: it follows from what its blocks say.

A block whose payload is `change_to(…)` begins a change of the authorities, or makes it if it
concerns learners alone; one whose payload begins with COMPLETES ends the change under way. These
are the ledger's rules (`amanat.ledger.operations.change_authorities`) without its permissions.
"""

from collections.abc import Iterable
from typing import Final

from amanat.consensus.log_entry import Entry
from amanat.ledger.authorities import Authority, AuthoritySet
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import Structure, decode, encode

CHANGES: Final = b"change\n"
COMPLETES: Final = b"complete"


class Change(Structure, frozen=True):
    """The authorities and learners that are to be."""

    authorities: AuthoritySet
    learners: tuple[Authority, ...]


def change_to(authorities: AuthoritySet, learners: Iterable[Authority] = ()) -> bytes:
    """Return the payload of a block that decides so."""
    return CHANGES + encode(Change(authorities, tuple(learners)))


class Deciding:
    """The configurations of one node's chain, block by block."""

    def __init__(self, founders: AuthoritySet, entries: Iterable[Entry] = ()) -> None:
        self._after = [Configuration.first(founders)]
        """Who decides after each block, from genesis on."""
        self._certifiers: list[Configuration] = []
        """Who certifies each block, from the first on."""
        for entry in entries:
            self.append(entry.payload)

    def append(self, payload: bytes) -> None:
        """Take the chain's next block.

        Raises:
            ValueError: it completes a change and none is under way.
        """
        height, before = len(self._after), self._after[-1]
        certifier = before.completed(height) if payload.startswith(COMPLETES) else before
        after = certifier
        if payload.startswith(CHANGES) and not before.is_joint:
            change = decode(payload.removeprefix(CHANGES), Change)
            incoming = None if change.authorities == before.current else change.authorities
            after = Configuration(before.current, incoming, change.learners, height)
        self._certifiers.append(certifier)
        self._after.append(after)

    def truncate(self, height: int) -> None:
        """Forget every block above `height`."""
        del self._after[height + 1 :]
        del self._certifiers[height:]

    def configuration(self, height: int) -> Configuration | None:
        """Return who decides after the block at `height`."""
        return self._after[height] if height < len(self._after) else None

    def certifier(self, height: int) -> Configuration | None:
        """Return who certifies the block at `height`."""
        return self._certifiers[height - 1] if 0 < height <= len(self._certifiers) else None
