"""Where an audit gets a chain from, block by block. A source is believed in nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from amanat.consensus.evidence import Evidence
from amanat.ledger.identifiers import Digest


@dataclass(frozen=True, slots=True)
class SourcedBlock:
    """One block as a source has it. Each part is as it was found: nothing is decoded yet."""

    height: int
    """At which the source has it, whatever the block says of itself."""
    entry: bytes
    """The encoding of a `amanat.consensus.log_entry.Entry`."""
    certificate: bytes | None
    """The encoding of the commit certificate that makes just this block final, if one is kept."""
    receipts: bytes | None = None
    """The encoding of the receipts that the source has beside it, where it has any."""


class Unusable(Exception):  # noqa: N818 - what is the case
    """A source cannot be read at all. The message says why, and what to do instead."""


class Damaged(Exception):  # noqa: N818 - what is the case
    """A source cannot be read at one place: that is a finding, and ends the audit."""

    def __init__(self, height: int, expected: str, found: str) -> None:
        """`height` is of the block that was to come."""
        super().__init__(f"block {height}: {found}, not {expected}")
        self.height, self.expected, self.found = height, expected, found


class Source(Protocol):
    """Something that has a whole chain."""

    @property
    def name(self) -> str:
        """As whoever audits calls it."""

    @property
    def kind(self) -> str:
        """What it is, in words."""

    @property
    def chain(self) -> Digest:
        """The chain that it says it has."""

    @property
    def last(self) -> int:
        """The height of the last final block that it says it has; 0 for none."""

    def blocks(self, first: int) -> Iterator[SourcedBlock]:
        """Yield the blocks from a height on, in the source's order.

        Raises:
            Damaged: it cannot be read further.
            Unusable: it does not answer any more.
        """

    def evidence(self) -> Iterable[Evidence]:
        """Return what it has against authorities. Raises as `blocks` does."""

    def close(self) -> None:
        """Let go of it."""
