"""What every kind of statement is made of: rows, and what they add up to."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from amanat.ledger.encoding import Structure
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.state import INSTRUMENTS, State
from amanat.ledger.terms import CashTerms, DebtTerms

Row = dict[str, str]


class Total(Structure, frozen=True):
    """What the rows of one instrument add up to, and what the ledger says it must be."""

    instrument: str
    counted: int
    """In the instrument's smallest unit. Of movements: what came in less what went out."""
    expected: int | None
    """None where nothing on the ledger says it by another way."""
    expected_from: str
    """What says it: "supply", "custodian", "change"; empty where nothing does."""


class Source(Protocol):
    """Gives the rows of one statement, once."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the fields, in order."""

    def rows(self) -> Iterator[Row | None]:
        """Yield each row; None now and then where there is much to look through."""

    def totals(self) -> list[Total]:
        """Return what the rows added up to, once all were given."""


class Unit(NamedTuple):
    """In what an instrument is counted."""

    name: str
    scale: int
    """Decimal places of its smallest unit."""

    def quantity(self, amount: int) -> str:
        """Return an amount in this unit, all decimal places written, without separators."""
        if self.scale == 0:
            return str(amount)
        whole, part = divmod(amount, 10**self.scale)
        return f"{whole}.{part:0{self.scale}}"


def unit_of(state: State, instrument: Instrument) -> Unit:
    """Return in what an instrument is counted: debt in the cash that it is paid in."""
    terms = instrument.terms
    if isinstance(terms, CashTerms):
        return Unit(terms.currency, terms.scale)
    if not isinstance(terms, DebtTerms):
        return Unit(terms.unit, terms.scale)
    cash = state.get(INSTRUMENTS, terms.cash)
    scale = cash.terms.scale if cash is not None and isinstance(cash.terms, CashTerms) else 0
    return Unit(terms.cash, scale)


class Units:
    """Looks up in what instruments are counted, once for each."""

    def __init__(self) -> None:
        self._known: dict[str, Unit] = {}

    def of(self, state: State, instrument: str) -> Unit:
        """Return in what `instrument` is counted."""
        unit = self._known.get(instrument)
        if unit is None:
            found = state.get(INSTRUMENTS, instrument)
            unit = Unit("", 0) if found is None else unit_of(state, found)
            self._known[instrument] = unit
        return unit
