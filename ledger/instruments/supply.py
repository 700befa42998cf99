"""What is kept of how much there is of an instrument."""

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Amount


class Supply(Structure, frozen=True):
    """How much of an instrument was ever issued and redeemed.

    `issued - redeemed` is the sum of all holdings of the instrument, after every block.
    """

    issued: Amount
    redeemed: Amount
