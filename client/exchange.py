"""What a conversation with the network is made of: steps out, what was heard back, all values.

A conversation is a generator. It yields one step at a time and is sent what came of it; what it
returns is its result. It opens no socket and no file and reads no clock: a face of the client
carries its steps out, waiting as a thread waits or as a coroutine does, and a test carries them out
on a network that it made up.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from amanat.ledger.identifiers import Digest


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to whichever node."""

    method: str
    path: str
    """From the root on, with its query, encoded as it is to be sent."""
    body: bytes | None = None
    content_type: str | None = None
    accept: str | None = None
    seconds: float = 10.0
    """How long the whole of it may take."""
    answers: frozenset[int] = frozenset()
    """Statuses of 400 and above that answer it, and refuse nothing."""
    as_reader: bool = True
    """Whether it is signed by the reader's key, where the client has one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node answered."""

    status: int
    headers: Mapping[str, str]
    """Their names in lower case."""
    body: bytes

    @property
    def height(self) -> int | None:
        """The final height of which the node says that it speaks, None where it says none."""
        told = self.headers.get("ledger-height", "")
        return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else None


@dataclass(frozen=True, slots=True)
class Silence:
    """No whole answer came."""

    reason: str
    sent: bool
    """Whether the request may have reached the node. False only where that is certain."""


class Ending(StrEnum):
    """How a submission ended, as its journal keeps it."""

    RECEIPT = "receipt"
    """With the receipt's proof: it was applied or rejected."""
    EXPIRED = "expired"
    """With the proof that ledger time passed its end."""
    REFUSED = "refused"
    """With the problem: no node took it. It is no outcome: the same bytes may be sent again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the journal has of a transaction: it was about to be sent, and how that ended."""

    envelope: bytes
    ending: Ending | None = None
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class AllKept:
    """Every transaction in the journal whose end is not known."""

    open: tuple[tuple[Digest, bytes], ...]
    """Id and bytes of each."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request to the node at `url`. Heard is an `Answer` or a `Silence`."""

    url: str
    request: Request


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds. Heard is None."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Recall:
    """Look a transaction up in the journal. Heard is what is `Kept`, or None."""

    transaction: Digest


@dataclass(frozen=True, slots=True)
class RecallOpen:
    """Look up what has not ended. Heard is `AllKept`."""


@dataclass(frozen=True, slots=True)
class Open:
    """Put the bytes into the journal, on disk before the next step. Heard is None."""

    transaction: Digest
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Close:
    """Put the end of a transaction into the journal. Heard is None."""

    transaction: Digest
    ending: Ending
    content: bytes = field(repr=False)


JournalStep = Recall | RecallOpen | Open | Close
Step = Send | Pause | JournalStep
Heard = Answer | Silence | Kept | AllKept | None

T = TypeVar("T")
Conversation = Generator[Step, Heard, T]


def send(url: str, request: Request) -> Conversation[Answer | Silence]:
    """Send a request and return what was heard."""
    heard = yield Send(url, request)
    if not isinstance(heard, Answer | Silence):
        raise TypeError(f"a request was answered by {heard!r}")
    return heard
