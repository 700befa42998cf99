"""What became of a transaction: the receipt that its block's transaction root commits to."""

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest

Figures = dict[str, int | str]
"""Named figures of a receipt: amounts and identifiers, never free text."""


class Event(Structure, frozen=True):
    """Something that an operation did."""

    operation: int
    """The operation's index in its transaction."""
    name: str
    fields: Figures


class Applied(Structure, frozen=True, tag="applied"):
    """Every operation took effect."""

    events: tuple[Event, ...]


class Rejected(Structure, frozen=True, tag="rejected"):
    """A rule refused; nothing took effect, and never will."""

    code: str
    """A `RejectionCode`."""
    operation: int
    """Index of the operation that was refused."""
    figures: Figures


class Receipt(Structure, frozen=True):
    """The final outcome of one transaction."""

    transaction: Digest
    """The transaction's id."""
    envelope: Digest
    """SHA-256 of the transaction as it stands in the block, signatures included."""
    outcome: Applied | Rejected
