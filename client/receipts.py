"""What is known for certain: what a proof says that was checked against the genesis document."""

from dataclasses import dataclass, field

from amanat.ledger.identifiers import LedgerTime
from amanat.ledger.receipts import Event, Figures


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction, proved."""

    transaction: str
    """Its id in hexadecimal."""
    is_applied: bool
    """Whether it took effect; else a rule rejected it."""
    height: int
    time: LedgerTime
    """Of its block, in milliseconds since 1970-01-01T00:00:00Z."""
    signers: tuple[str, ...]
    """The authorities whose signatures made it final."""
    events: tuple[Event, ...]
    """What it did, empty if it was rejected."""
    code: str | None
    """The rule that rejected it."""
    operation: int | None
    """The operation that was rejected."""
    figures: Figures
    proof: bytes = field(repr=False)
    """The bundle: keep it, `amanat proof verify` checks it at any time."""


@dataclass(frozen=True, slots=True)
class ProvedBalance:
    """What an account held of an instrument at a final height, proved."""

    account: str
    instrument: str
    amount: int
    """In the instrument's smallest unit."""
    reserved: int
    """How much of it is held for somebody or pledged."""
    height: int
    time: LedgerTime
    """Of the block at `height`: what happened since then is not in it."""
    signers: tuple[str, ...]
    proof: bytes = field(repr=False)
    day: str | None = None
    """The business day at whose close it was, if that was asked for."""


@dataclass(frozen=True, slots=True)
class ProvedMoment:
    """The block at `height` is final, and `time` is its ledger time, proved."""

    height: int
    time: LedgerTime
    proof: bytes = field(repr=False)
