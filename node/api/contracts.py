"""What a route promises: its answers, what it takes, and with which problems it refuses.

Each handler carries its contract. The description of the API is made of these, so it can say
nothing else than what stands next to the code; tests hold every answer against it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from aiohttp import web

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Lasts(Enum):
    """For how long an answer stays what it is."""

    FOR_EVER = "for ever"
    """What is final stays as it is, once it is there."""
    AT_A_HEIGHT = "until the next block"
    A_MOMENT = "a moment"
    """It tells of this node now, and is never asked for by its tag."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter."""

    name: str
    kind: Any
    """Its type with its bounds, as msgspec describes types in JSON Schema."""
    description: str
    default: Any = None
    """None if leaving it out means something that no value says."""
    example: Any = None


@dataclass(frozen=True, slots=True)
class Body:
    """What a request holds."""

    kind: Any
    """Of `application/json`."""
    packed: str = ""
    """What the same is in MessagePack, in words; empty if it is taken in JSON alone."""
    bytes_max: int = 0
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Contract:
    """What one route promises."""

    id: str
    """The operation's name for programs that are made from the description; never changed."""
    answer: Any
    """The type of what is answered in JSON; None for what is never in JSON."""
    statuses: tuple[int, ...] = (200,)
    """With which it may be answered."""
    query: tuple[Query, ...] = ()
    body: Body | None = None
    problems: tuple[str, ...] = ()
    """Codes of its own, besides those of whatever reads, takes parameters or is not for anyone."""
    reads: bool = True
    """Whether it shows the ledger: it then takes `consistency` and `min_height`."""
    lasts: Lasts = Lasts.AT_A_HEIGHT
    binary: str = ""
    """What `Accept: application/octet-stream` gets instead, in words."""
    also: tuple[str, ...] = ()
    """Other media types that it has too, or alone."""
    keeps_secret: bool = False
    """Whether the answer holds a secret, and so is neither compressed nor kept anywhere."""
    command: str = ""
    """The command that does the same, if there is one."""


@dataclass(frozen=True, slots=True)
class Described:
    """A handler with its contract."""

    handle: Handle
    contract: Contract
    text: str = field(repr=False)
    """What it does, in words: the docstring."""

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        return await self.handle(request)

    @property
    def summary(self) -> str:
        """What it does, in a line."""
        return self.text.split("\n", 1)[0]


def described(contract: Contract) -> Callable[[Handle], Described]:
    """Give the handler that follows its contract."""

    def give(handle: Handle) -> Described:
        lines = (line.strip() for line in (handle.__doc__ or "").strip().split("\n"))
        return Described(handle, contract, "\n".join(lines))

    return give


IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""`Cache-Control` of what is for anyone and lasts for ever."""
