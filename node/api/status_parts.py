"""What a node's status says where there is something to say: what is to come, or has happened."""

import msgspec

from amanat.node.api.notation import HeightNumber, Hex32Text


class NeglectView(msgspec.Struct, frozen=True):
    """A leader left out a valid transaction that it had, or did not complete a change."""

    leader: str
    term: int
    transaction: Hex32Text | None
    """None for a change of the authorities that it did not complete."""
    ticks: int
    """For so long, at least, it had had it; in ticks of 50 ms."""
    blocks: int
    """So many blocks with room it made meanwhile; if they are few, nothing became final."""


class SnapshotView(msgspec.Struct, frozen=True):
    """A snapshot on its way here: for a node that lacks blocks which its peers no longer keep."""

    height: HeightNumber
    percent: int
    """How much of its state is here, about."""


class UpgradeView(msgspec.Struct, frozen=True):
    """A protocol version that is to come."""

    version: int
    height: HeightNumber
    """The first block that takes it."""
    known: bool
    """Whether this node's program knows it. One that does not stops before that block."""
