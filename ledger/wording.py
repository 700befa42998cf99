"""Amounts, dates and times as people read them, for sentences about operations."""

from amanat.ledger.dates import DAY_MS, Date, civil
from amanat.ledger.identifiers import LedgerTime
from amanat.ledger.state import INSTRUMENTS, State
from amanat.ledger.terms import CashTerms, DebtTerms, Terms


def quantity(state: State, instrument: str, amount: int) -> str:
    """Return an amount of an instrument.

    "PKR 1,500.00", or "PKR 5,000.00 of PK04…", or "12.500 oz of GOLD-1".
    """
    found = state.get(INSTRUMENTS, instrument)
    if found is None:
        return f"{amount:,} of {instrument}"
    if isinstance(found.terms, CashTerms):
        return f"{instrument} {decimal(amount, found.terms.scale)}"
    return f"{amount_under(state, found.terms, amount)} of {instrument}"


def amount_under(state: State, terms: Terms, amount: int) -> str:
    """Return an amount of what has these terms, which need not be on the ledger.

    "PKR 5,000.00", or "12.500 oz".
    """
    if isinstance(terms, CashTerms):
        return f"{terms.currency} {decimal(amount, terms.scale)}"
    if not isinstance(terms, DebtTerms):
        return f"{decimal(amount, terms.scale)} {terms.unit}"
    cash = state.get(INSTRUMENTS, terms.cash)
    if cash is None or not isinstance(cash.terms, CashTerms):
        return f"{amount:,}"
    return f"{cash.id} {decimal(amount, cash.terms.scale)}"


def counted(count: int, what: str) -> str:
    """Return how many there are of what has a regular plural: "1 key", "2 keys"."""
    return f"{count:,} {what}{'s' if count != 1 else ''}"


def day(of: Date) -> str:
    """Return a date as ISO 8601 writes it."""
    year, month, day_of_month = civil(of)
    return f"{year:04}-{month:02}-{day_of_month:02}"


def moment(time: LedgerTime) -> str:
    """Return a ledger time as ISO 8601 writes it, in UTC and to the second."""
    days, milliseconds = divmod(time, DAY_MS)
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{day(days)}T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}Z"


def duration(milliseconds: int) -> str:
    """Return a duration in the largest unit that divides it."""
    for unit, size in (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000)):
        if milliseconds and milliseconds % size == 0:
            count = milliseconds // size
            return f"{count:,} {unit}{'s' if count != 1 else ''}"
    return f"{milliseconds:,} ms"


def decimal(amount: int, scale: int) -> str:
    """Return an amount, 0 or more, of units with so many decimal places."""
    if scale == 0:
        return f"{amount:,}"
    whole, part = divmod(amount, 10**scale)
    return f"{whole:,}.{part:0{scale}}"
