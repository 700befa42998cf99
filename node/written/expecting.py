"""What a field takes, in words: for errors and for the list of operations."""

from collections.abc import Iterable
from typing import Final, assert_never

from amanat.node.written.kinds import (
    Choice,
    Flag,
    Kind,
    Many,
    Nullable,
    OneOf,
    Raw,
    Record,
    Text,
    Unit,
    Whole,
)

_UNITS: Final[dict[str, str]] = {
    Unit.AMOUNT: "smallest unit",
    Unit.DATE: "day in Pakistan",
    Unit.TIME: "millisecond since 1970-01-01T00:00:00Z",
}


def expected(kind: Kind) -> str:
    """Return in words what a field takes."""
    match kind:
        case Nullable():
            return f"{expected(kind.inner)} or null"
        case Text():
            return f"{_titled(kind.title)} ({kind.meaning or _length(kind)})"
        case Whole():
            return f"{_written_as(kind)}{_range(kind)}"
        case Raw():
            return f"{_titled(kind.title)} ({2 * kind.length} lower-case hexadecimal digits)"
        case Flag():
            return "true or false"
        case Choice():
            return f"one of {listed(kind.names)}"
        case Many():
            most = "" if kind.most is None else f" to {kind.most}"
            return f"a list ({kind.least}{most or ' or more'} items)"
        case Record():
            return f"an object with {listed(each.name for each in kind.fields)}"
        case OneOf():
            return f'an object whose "{kind.key}" is one of {listed(kind.options)}'
        case _:
            assert_never(kind)


def _written_as(kind: Whole) -> str:
    if kind.title == Unit.DATE:
        return "a date (2026-01-31)"
    if kind.title == Unit.TIME:
        return "a time (2026-01-31T09:00:00Z, or milliseconds since 1970)"
    if kind.title == Unit.AMOUNT:
        return "an amount in smallest units, a whole number"
    return "a whole number" if kind.title == "number" else f"a whole number of {kind.title}"


def _range(kind: Whole) -> str:
    if kind.title in (Unit.DATE, Unit.TIME) or kind.least is None:
        return ""
    return f" of {kind.least} or more" if kind.most is None else f", {kind.least} to {kind.most}"


def _length(kind: Text) -> str:
    return f"{kind.least} to {kind.most} characters"


def _titled(title: str) -> str:
    return f"{'an' if title[0].lower() in 'aeiou' else 'a'} {title}"


def type_of(kind: Kind) -> str:
    """Return the name of a kind, as programs tell kinds apart."""
    match kind:
        case Text() | Whole() | Raw():
            return kind.title
        case Many():
            return f"list of {type_of(kind.item)}"
        case Record():
            return kind.type.__name__
        case OneOf():
            return f"{kind.key} of several"
        case Nullable():
            return type_of(kind.inner)
        case Choice() | Flag():
            return type(kind).__name__.lower()
        case _:
            assert_never(kind)


def unit_of(kind: Kind) -> str | None:
    """Return the unit of a number, or None for what has none."""
    if not isinstance(kind, Whole):
        return None
    return _UNITS.get(kind.title, None if kind.title == "number" else kind.title)


def listed(names: Iterable[str]) -> str:
    """Return names in a line."""
    return ", ".join(names) or "nothing"
