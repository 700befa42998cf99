"""What had been issued and redeemed of instruments after a block, beside what was held of them."""

from collections.abc import Iterable, Iterator

from amanat.ledger.holdings.totals import Dimension, contributors, total
from amanat.ledger.instruments.supplies import supply
from amanat.ledger.state import INSTRUMENTS, business_day_of
from amanat.node.statements.past import Past
from amanat.node.statements.rows import Row, Total, unit_of


class Supplies:
    """The rows of one statement of supply."""

    columns = (
        "instrument",
        "issuer",
        "kind",
        "status",
        "unit",
        "issued",
        "redeemed",
        "outstanding",
        "quantity",
    )

    def __init__(self, past: Past, instruments: Iterable[str]) -> None:
        """`instruments` may hold some that were not registered yet: they are left out."""
        self._past = past
        self._instruments = instruments
        self._totals: list[Total] = []

    def rows(self) -> Iterator[Row | None]:
        """Yield the supply of each instrument."""
        for name in self._instruments:
            self._past.breathe()
            state = self._past.state
            instrument = state.get(INSTRUMENTS, name)
            if instrument is None:
                continue
            there = supply(state, name)
            left = there.issued - there.redeemed
            self._totals.append(Total(name, self._held(name), left, "supply"))
            unit = unit_of(state, instrument)
            yield {
                "instrument": name,
                "issuer": instrument.issuer,
                "kind": instrument.terms.kind,
                "status": instrument.status_on(business_day_of(state).date).value,
                "unit": unit.name,
                "issued": str(there.issued),
                "redeemed": str(there.redeemed),
                "outstanding": str(left),
                "quantity": unit.quantity(left),
            }

    def totals(self) -> list[Total]:
        """Return for each instrument what all custodians' accounts held, beside its supply."""
        return self._totals

    def _held(self, instrument: str) -> int:
        state = self._past.state
        by = Dimension.CUSTODIAN
        custodians = contributors(instrument, by).members(state)
        return sum(total(state, instrument, by, each) for each in custodians)
