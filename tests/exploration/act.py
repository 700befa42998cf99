"""What can happen to one authority, each as one indivisible act."""

from dataclasses import dataclass
from enum import StrEnum

from amanat.consensus.messages import Message


class Kind(StrEnum):
    """What happens, apart from the arrival of a message."""

    RECEIVES = "receives"
    STANDS = "stands for election"
    ASKS = "asks whether it would be elected"
    MISSES = "misses its leader"
    BEATS = "sends heartbeats"
    LOSES = "misses its quorum and steps down"
    PROPOSES = "proposes"
    READS = "is asked for a read"
    SHARES = "shows the others its acks"
    HANDS_OVER = "is told to hand over"
    SYNCS = "ends a write"
    CRASHES = "crashes and starts again"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a crash leaves of the writes that have not ended: of two halves, the first at most."""

    writes: int
    """How many of them, whole."""
    torn: bool = False
    """Whether of the next one what comes first is kept too: the log or the promise."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that was sent. It may arrive any number of times, or never."""

    sender: str
    to: str
    message: Message


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happens at `name`."""

    name: str
    kind: Kind
    letter: Letter | None = None
    kept: Kept | None = None
    """If the node crashes thereafter, before the disk has ended what it was given: what is left."""
