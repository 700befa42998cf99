"""What a distributor may serve: limits of its own, over which Pakistan alone decides.

A distributor is a custodian with the role `distributor`, a foreign exchange say. What it serves is
all that its accounts hold, its own and its omnibus accounts among them. Debt of every kind is added
up by its face value, in the smallest unit of the cash that it is paid in; cash itself is not debt,
and counts only against a limit that names it.
"""

from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.custody.accounts import Jurisdiction
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Amount, InstrumentId
from amanat.ledger.state import State, Table


class TotalLimit(Structure, frozen=True):
    """How much debt in one kind of money it may serve, over all instruments."""

    cash: InstrumentId
    most: Amount
    """Face value, in the smallest unit of `cash`."""


class InstrumentLimit(Structure, frozen=True):
    """How much of one instrument it may serve."""

    instrument: InstrumentId
    most: Amount


class JurisdictionLimit(Structure, frozen=True):
    """How much debt in one kind of money it may serve for residents of one country."""

    jurisdiction: Jurisdiction
    cash: InstrumentId
    most: Amount
    """Face value, in the smallest unit of `cash`."""


class Limits(Structure, frozen=True):
    """The limits of one distributor. Debt in money that `totals` does not name may not come in."""

    totals: Annotated[tuple[TotalLimit, ...], Meta(max_length=16)]
    """Sorted by cash, each once."""
    instruments: Annotated[tuple[InstrumentLimit, ...], Meta(max_length=256)]
    """Sorted by instrument, each once. Another instrument counts against its total alone; one
    without face value in money, a commodity say, may come in only under a limit of its own."""
    jurisdictions: Annotated[tuple[JurisdictionLimit, ...], Meta(max_length=256)]
    """Sorted by country and cash, each once. Another country counts against the total alone."""

    def problems(self) -> list[str]:
        """Return what is wrong with the limits by themselves; empty when nothing is."""
        named = {
            "totals": [each.cash for each in self.totals],
            "instruments": [each.instrument for each in self.instruments],
            "jurisdictions": [f"{each.jurisdiction} {each.cash}" for each in self.jurisdictions],
        }
        return [
            f"{what} must be sorted, each once"
            for what, names in named.items()
            if names != sorted(set(names))
        ]

    def of_total(self, cash: str) -> int:
        """Return how much debt in this money it may serve."""
        return next((each.most for each in self.totals if each.cash == cash), 0)

    def of_instrument(self, instrument: str) -> int | None:
        """Return how much of this instrument it may serve, where a limit names it."""
        found = (each.most for each in self.instruments if each.instrument == instrument)
        return next(found, None)

    def of_jurisdiction(self, jurisdiction: str, cash: str) -> int | None:
        """Return how much debt in this money it may serve there, where a limit names both."""
        place = (jurisdiction, cash)
        found = (e.most for e in self.jurisdictions if (e.jurisdiction, e.cash) == place)
        return next(found, None)


LIMITS: Final = Table("limits", Limits)
"""By distributor."""


def limits_of(state: State, custodian: str) -> Limits | None:
    """Return the limits of a custodian that has any."""
    return state.get(LIMITS, custodian)
