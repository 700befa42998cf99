"""Accounts and what they hold."""

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Amount, Digest, Name


class Account(Structure, frozen=True):
    """A securities and cash account. Nothing on it says who the holder is.

    `commitment` is a salted digest of the custodian's file on the holder.
    """

    name: Name
    owner: Name
    """The participant whose signature moves holdings out of the account."""
    custodian: Name
    """The participant that serves the account."""
    commitment: Digest


class Holding(Structure, frozen=True):
    """How much of one instrument an account holds. A holding of nothing is not kept."""

    amount: Amount


class Supply(Structure, frozen=True):
    """How much of an instrument was ever issued and redeemed.

    `issued - redeemed` is the sum of all holdings of the instrument, after every block.
    """

    issued: Amount
    redeemed: Amount
