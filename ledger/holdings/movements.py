"""Movements: whatever changes who holds what goes through `post`, and through every check there.

A movement has a purpose. Most checks concern what its parties want; what an order or the end of an
instrument's life brings about is checked for less.
"""

from enum import StrEnum
from typing import NamedTuple

from amanat.ledger.custody.accounts import Account
from amanat.ledger.instruments.instrument import Instrument


class Purpose(StrEnum):
    """Why something moves."""

    ISSUE = "issue"
    """It comes into being: there is no source."""
    REDEMPTION = "redemption"
    """It ends because its time has come: there is no target. Or it is what is paid for that."""
    WITHDRAWAL = "withdrawal"
    """Its owner wants it to end, as cash that leaves the ledger: there is no target."""
    TRANSFER = "transfer"
    """Its owner wants it, free or against payment."""
    ENFORCEMENT = "enforcement"
    """A pledge is enforced, or a hold is posted: the owner agreed to it earlier. It is voluntary
    for whoever receives; that the owner may no longer act does not stand against it."""
    ORDER = "order"
    """A legal order wants it."""


class Movement(NamedTuple):
    """An amount of an instrument, out of one account and into another."""

    purpose: Purpose
    instrument: Instrument
    source: Account | None
    target: Account | None
    amount: int
    reserved: int = 0
    """How much of the amount was reserved for this movement, and is released by it."""
    travel_data: bytes | None = None
    """The digest of what is known of originator and beneficiary, where it travels with it."""
    under: tuple[str, ...] = ()
    """Legal orders that stop it while they are in force, beside those on its accounts."""
    clear_of_orders: bool = False
    """Whether whoever makes it has seen to the legal orders on it: it is made by one of them, or
    they follow it."""

    @property
    def is_voluntary(self) -> bool:
        """Whether its parties may do without it, so that the rules made for them hold.

        What an order wants or an instrument owes at its end is not theirs to choose.
        """
        return self.purpose not in (Purpose.ORDER, Purpose.REDEMPTION)

    @property
    def is_within_holder(self) -> bool:
        """Whether it only goes from one account of its holder to another."""
        source, target = self.source, self.target
        return source is not None and target is not None and source.owner == target.owner
