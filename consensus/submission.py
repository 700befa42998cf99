"""What an authority signs for whoever hands it a transaction: that it has it, and since when.

It is no promise that the transaction will be in a block: the authority may fail, and its leader may
leave it out. It is what a client can show when that happens.
"""

from amanat.ledger.crypto import Domain, domain_message
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest, Height, LedgerTime, Name, Signature


class Submission(Structure, frozen=True):
    """An authority says: I was handed this transaction and found it fit to be in a block."""

    chain: Digest
    transaction: Digest
    authority: Name
    time: LedgerTime
    """By the authority's clock."""
    height: Height
    """Where the authority's log ended then."""

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.SUBMISSION, encode(self))


class SubmissionReceipt(Structure, frozen=True, tag="amanat/submission-receipt/v1"):
    """The statement and the authority's signature under it, for `amanat proof verify`, offline."""

    submission: Submission
    signature: Signature
