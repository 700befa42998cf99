"""The JSON in which a node tells how it stands."""

import msgspec

from amanat.node.api.notation import HeightNumber, Hex32Text, TimeMs


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


class StatusView(msgspec.Struct, frozen=True):
    """This node at this moment."""

    name: str
    authority_class: str = msgspec.field(name="class")
    role: str
    term: int
    height: HeightNumber
    """The last final block applied here."""
    state_root: Hex32Text
    leader: str | None
    draining: bool
    """Whether it is about to be stopped, and leads no more."""
    api: str
    chain: Hex32Text
    version: str
    program: str
    """The digest of the program that runs here: the same for the same sources."""
    protocol: int
    """The protocol version by which the last final block here was executed."""
    upgrade: UpgradeView | None
    """The protocol version that is scheduled, if one is."""
    programs: list[Hex32Text]
    """The programs that governance lets nodes run; any, if none is listed."""
    last_height: HeightNumber
    """The last block in the log, final or not."""
    first_height: HeightNumber
    """The first block whose transactions are kept here; 1 if all are."""
    snapshot: SnapshotView | None
    """The snapshot that is being taken in, if one is."""
    pending: int
    """Transactions admitted here and not yet final."""
    evidence: int
    """Pieces of evidence that an authority broke the protocol; see /v1/evidence."""
    neglect: NeglectView | None
    """For what this node last gave up a leader, since it was started."""
    time: TimeMs
    """Ledger time of the last final block."""
    certificate_expires: TimeMs
    """When this node's TLS certificate for its peers ends; it renews it long before."""
    api_certificate_expires: TimeMs | None
    """When the certificate ends under which it serves this API; null by plain HTTP."""
