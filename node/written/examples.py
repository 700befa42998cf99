"""A template of every operation, made from its type: whoever writes one starts from it.

It is well-formed, and no more: whether it makes sense is up to whoever fills it in.
"""

from typing import Any, Final, assert_never

from amanat.ledger.operations import Operation
from amanat.node.written.kinds import (
    OPERATION,
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
    kind_of,
)

_TEXTS: Final = {
    "name": "some-name",
    "instrument": "PKR",
    "reference": "ref-1",
    "country": "PK",
    "currency": "PKR",
    "unit": "oz",
    "ISIN": "PK0000000007",
    "act": "set-roles",
}
"""Something well-formed for each title whose pattern not every text fits."""

_WHOLES: Final[dict[str, int | str]] = {
    Unit.AMOUNT: "100",
    Unit.DATE: "2026-12-31",
    Unit.TIME: "2026-12-31T12:00:00Z",
}


def example(operation: type[Operation], *, option: str | None = None) -> dict[str, Any]:
    """Return a template of an operation.

    Args:
        operation: which.
        option: for one that holds a structure of several types: which of these to show. The first
            if it is none of them.
    """
    filled: dict[str, Any] = _record(kind_of(operation), option)
    return {OPERATION.key: operation.tag(), **filled}


def options(operation: type[Operation]) -> list[str]:
    """Return the types of structure among which one has to choose for an operation."""
    found = [
        each.kind.item if isinstance(each.kind, Many) else each.kind
        for each in kind_of(operation).fields
    ]
    chosen = [each for each in found if isinstance(each, OneOf) and each.key != OPERATION.key]
    return [name for each in chosen for name in each.options if len(each.options) > 1]


def _example(kind: Kind, option: str | None) -> Any:
    match kind:
        case Nullable():
            return None
        case Text():
            return _TEXTS.get(kind.title, "…")
        case Whole():
            return _WHOLES.get(kind.title, max(kind.least or 0, 0))
        case Raw():
            return "00" * kind.length
        case Flag():
            return False
        case Choice():
            return kind.values[0] if isinstance(kind.values[0], int) else kind.names[0]
        case Many():
            return [_example(kind.item, option)]
        case Record():
            return _record(kind, option)
        case OneOf():
            tag = option if option in kind.options else next(iter(kind.options))
            return {kind.key: tag, **_record(kind.options[tag or ""], option)}
        case _:
            assert_never(kind)


def _record(kind: Record, option: str | None) -> dict[str, Any]:
    return {each.name: _example(each.kind, option) for each in kind.fields}
