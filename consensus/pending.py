"""What a node waits for: an answer to a read, the pieces of a snapshot."""

from dataclasses import dataclass, field

from amanat.consensus.statements import BlockId


@dataclass(frozen=True, slots=True)
class PendingRead:
    """A read that waits for its round of confirmation."""

    reader: str
    number: int
    round: int
    height: int | None
    """What it will see at least; None if that cannot be said."""


@dataclass(slots=True)
class Fetch:
    """A snapshot that is being taken in, piece by piece."""

    block: BlockId
    """The block that it goes up to."""
    wait: int = 0
    """Ticks that a piece may take before another peer is asked: it follows what they do take."""
    peer: str = ""
    """Who was asked last; empty if nobody was."""
    silence: int = 0
    """Ticks since then."""
    asked: set[tuple[str, bytes]] = field(default_factory=set)
    """Who was asked for which piece, and has not answered: from nobody else is one taken."""
    failed: set[str] = field(default_factory=set)
    """Who did not send the piece that is wanted now."""
    is_whole: bool = False
    """The node only waits for its disk, and ends then."""
