"""Amounts, dates and times as people read them, for sentences about operations."""

from datetime import UTC, date, datetime, timedelta

from amanat.ledger.dates import Date
from amanat.ledger.identifiers import LedgerTime
from amanat.ledger.instruments import CashTerms
from amanat.ledger.state import INSTRUMENTS, State


def quantity(state: State, instrument: str, amount: int) -> str:
    """Return an amount of an instrument: "PKR 1,500.00", or "PKR 5,000.00 of PK04…"."""
    found = state.get(INSTRUMENTS, instrument)
    if found is None:
        return f"{amount:,} of {instrument}"
    if isinstance(found.terms, CashTerms):
        return f"{instrument} {_decimal(amount, found.terms.scale)}"
    cash = state.get(INSTRUMENTS, found.terms.cash)
    if cash is None or not isinstance(cash.terms, CashTerms):
        return f"{amount:,} of {instrument}"
    return f"{cash.id} {_decimal(amount, cash.terms.scale)} of {instrument}"


def day(of: Date) -> str:
    """Return a date as ISO 8601 writes it."""
    return (date(1970, 1, 1) + timedelta(days=of)).isoformat()


def moment(time: LedgerTime) -> str:
    """Return a ledger time as ISO 8601 writes it, in UTC and to the second."""
    return datetime.fromtimestamp(time // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(milliseconds: int) -> str:
    """Return a duration in the largest unit that divides it."""
    for unit, size in (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000)):
        if milliseconds and milliseconds % size == 0:
            count = milliseconds // size
            return f"{count:,} {unit}{'s' if count != 1 else ''}"
    return f"{milliseconds:,} ms"


def _decimal(amount: int, scale: int) -> str:
    if scale == 0:
        return f"{amount:,}"
    whole, part = divmod(amount, 10**scale)
    return f"{whole:,}.{part:0{scale}}"
