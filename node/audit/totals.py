"""Totals of each instrument, added up from a whole state, an entry at a time."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from amanat.ledger.encoding import Structure
from amanat.ledger.state import HOLDINGS, SUPPLIES


class InstrumentTotal(Structure, frozen=True):
    """How much there is of an instrument, in its smallest unit."""

    instrument: str
    issued: int
    redeemed: int
    held: int
    """The sum of all holdings."""
    holdings: int
    """How many accounts hold some."""

    @property
    def is_balanced(self) -> bool:
        """Whether what was issued and not redeemed is held."""
        return self.issued - self.redeemed == self.held


def totals(entries: Iterable[tuple[bytes, bytes]]) -> list[InstrumentTotal]:
    """Return the totals of a state, sorted by instrument. Memory grows with their number alone."""
    supplies: dict[str, tuple[int, int]] = {}
    held: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for key, value in entries:
        kind, *parts = msgspec.msgpack.decode(key)
        if kind == SUPPLIES.kind:
            supply = SUPPLIES.decode(value)
            supplies[parts[0]] = (supply.issued, supply.redeemed)
        elif kind == HOLDINGS.kind:
            held[parts[1]] += HOLDINGS.decode(value).amount
            counts[parts[1]] += 1
    names = sorted(supplies.keys() | held.keys())
    return [
        InstrumentTotal(name, *supplies.get(name, (0, 0)), held[name], counts[name])
        for name in names
    ]
