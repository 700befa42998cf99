"""Receipts, refusals and tables as lines of text."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Final

from amanat.ledger.identifiers import LedgerTime
from amanat.ledger.receipts import Event, Figures
from amanat.ledger.wording import day, decimal, moment

WIDTH: Final = 92

_AMOUNTS: Final = frozenset(
    {
        *("amount", "price", "paid", "outstanding", "reserved", "frozen"),
        *("would_hold", "may_hold", "would_be", "may_be", "would_freeze", "may_freeze", "free"),
    }
)
"""Figures that are rupees here: cash, or the face value of the bond."""
_COUNTS_TOO: Final = frozenset({"have", "need", "left"})
"""Those that are amounts where an instrument stands beside them, and else a number."""
_DATES: Final = frozenset({"date", "next", "expires", "settlement_date", "opens", "closes"})
_DIGESTS: Final = frozenset({"proposal", "pledge", "document", "settlement", "instruction"})
_NOT_TOLD: Final = frozenset({"tax_class", "age_max_ms", "delivering", "receiving", "supersedes"})


def wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    """Return a text in lines, with what each begins with."""
    indent = " " * len(first) if rest is None else rest
    return wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def events(of: Sequence[Event]) -> Iterator[str]:
    """Yield each event with its figures."""
    for event in of:
        yield from wrapped(f"{event.name} {figures(event.fields)}", "      ", "          ")


def refusal(code: str, told: Figures) -> list[str]:
    """Return a code with its figures."""
    return wrapped(f"{code}: {figures(told)}", "      ", "          ")


def figures(told: Figures) -> str:
    """Return figures by their names, amounts in rupees and dates as people write them."""
    return ", ".join(
        f"{name} {_figure(name, value, told)}"
        for name, value in told.items()
        if name not in _NOT_TOLD and value != ""
    )


def rupees(amount: int) -> str:
    """Return an amount of rupees, or of face value in rupees."""
    return decimal(amount, 2)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows under a head: words to the left, amounts to the right."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    right = [all(_is_amount(each) for each in column[1:]) for column in columns]

    def line(cells: Sequence[str]) -> str:
        placed = (
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(cells, widths, right, strict=True)
        )
        return ("    " + "  ".join(placed)).rstrip()

    rule = line(["-" * width for width in widths])
    return [line(head), rule, *(line(row) for row in rows)]


def clock(time: LedgerTime, offset: int) -> str:
    """Return the time of day in Pakistan."""
    return moment(time + offset)[11:16]


def same(roots: Mapping[str, bytes]) -> bool:
    """Return whether all came to the same."""
    return len(set(roots.values())) == 1


def _is_amount(cell: str) -> bool:
    return cell == "" or cell[0].isdigit()


def _figure(name: str, value: int | str, told: Figures) -> str:
    if name in _DIGESTS or (isinstance(value, str) and len(value) == 64):
        return f"{str(value)[:8]}…"
    if not isinstance(value, int):
        return value
    if name in _DATES and value < 200_000:
        return day(value)
    if name in _AMOUNTS or (name in _COUNTS_TOO and "instrument" in told):
        return rupees(value)
    return moment(value) if value > 10**12 else f"{value:,}"
