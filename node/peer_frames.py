"""What travels between nodes: one of these to a WebSocket message, canonically encoded."""

from typing import Annotated, Final

from msgspec import Meta

from amanat.consensus.messages import Message
from amanat.ledger.encoding import Structure, decode
from amanat.ledger.identifiers import Digest, Name

FRAME_BYTES_MAX: Final = 8 * 1024 * 1024
"""Longest frame that a node looks at."""


class Hello(Structure, frozen=True, tag="hello"):
    """The first frame in each direction: who I am, and on which chain."""

    chain: Digest
    name: Name
    api: Annotated[str, Meta(max_length=256)]
    """Where this node serves its HTTP API."""
    address: Annotated[str, Meta(max_length=256)]
    """Where peers reach this node, as `host:port`; empty if it does not say."""
    version: Annotated[str, Meta(max_length=64)]
    """The program's version."""


class Consensus(Structure, frozen=True, tag="consensus"):
    """A message between cores."""

    message: Message


class Forward(Structure, frozen=True, tag="forward"):
    """Signed transactions for whoever leads."""

    transactions: tuple[bytes, ...]


Frame = Hello | Consensus | Forward


def read_frame(data: bytes) -> Frame:
    """Decode one frame.

    Raises:
        EncodingError: it is too long, no frame, or not canonical.
    """
    frame: Frame = decode(data, Frame, bytes_max=FRAME_BYTES_MAX)  # type: ignore[arg-type]
    return frame
