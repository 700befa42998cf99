"""Which holdings an event has changed: an amount out of one account, into another, or both."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from amanat.ledger.receipts import Event, Figures

ENDS: Final = {
    "transferred": ("source", "target"),
    "force-transferred": ("source", "target"),
    "delivered-versus-payment": ("seller", "buyer"),
    "instruction-settled": ("deliverer", "receiver"),
    "hold-posted": ("account", "target"),
    "pledge-enforced": ("account", "target"),
    "issued": (None, "account"),
    "redeemed": ("account", None),
}
"""By the name of every event that moves something: the fields that say out of and into what."""

PAYMENTS: Final = {
    "delivered-versus-payment": ("cash", "price"),
    "instruction-settled": ("payment", "paid"),
}
"""By the name of an event that also pays, the other way: the fields of cash and its amount."""


class Leg(NamedTuple):
    """An amount of an instrument that has moved."""

    instrument: str
    source: str | None
    """None where it came into being."""
    target: str | None
    """None where it ended."""
    amount: int


def legs(event: Event, cash_of: Callable[[str], str | None]) -> Iterator[Leg]:
    """Yield what an event has moved; most events move nothing.

    `cash_of` gives the cash in which an instrument is redeemed, None for one that is not.
    """
    ends = ENDS.get(event.name)
    if ends is None:
        return
    fields = event.fields
    source, target = (None if each is None else str(fields[each]) for each in ends)
    instrument, amount = str(fields["instrument"]), int(fields["amount"])
    yield Leg(instrument, source, target, amount)
    if event.name == "redeemed":
        yield from _redemption(fields, cash_of(instrument))
    paid = PAYMENTS.get(event.name)
    if paid is not None and paid[0] in fields:
        yield Leg(str(fields[paid[0]]), target, source, int(fields[paid[1]]))


def _redemption(fields: Figures, cash: str | None) -> Iterator[Leg]:
    """Yield what was paid: the face, unless the payer redeemed its own."""
    payer, account = str(fields["payer"]), str(fields["account"])
    if payer and payer != account and cash is not None:
        yield Leg(cash, payer, account, int(fields["amount"]))
