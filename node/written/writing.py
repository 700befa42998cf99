"""Operations out, as `reading` takes them in."""

from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from amanat.ledger.encoding import Structure
from amanat.ledger.operations import Operation
from amanat.ledger.wording import day, moment
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
)

_TIME_MAX: Final = (datetime.max - datetime(1970, 1, 1)) // timedelta(milliseconds=1)
"""The last moment that has a year of four digits; what is later is written as a number."""


def written(operation: Operation) -> dict[str, Any]:
    """Return an operation as JSON writes it, every field of it."""
    content: dict[str, Any] = _written(operation, OPERATION)
    return content


def _written(value: Any, kind: Kind) -> Any:
    match kind:
        case Nullable():
            return None if value is None else _written(value, kind.inner)
        case Text() | Flag():
            return value
        case Whole():
            return _whole(value, kind)
        case Raw():
            return value.hex()
        case Choice():
            return str(value) if isinstance(value, str) else value
        case Many():
            return [_written(each, kind.item) for each in value]
        case Record():
            return _record(value, kind)
        case OneOf():
            tag = str(value.__struct_config__.tag)
            return {kind.key: tag, **_record(value, kind.options[tag])}
        case _:
            assert_never(kind)


def _record(value: Structure, kind: Record) -> dict[str, Any]:
    return {each.name: _written(getattr(value, each.name), each.kind) for each in kind.fields}


def _whole(value: int, kind: Whole) -> int | str:
    if kind.title == Unit.DATE:
        return day(value)
    if kind.title == Unit.AMOUNT:
        return str(value)
    if kind.title == Unit.TIME and value <= _TIME_MAX:
        milliseconds = value % 1000
        whole = moment(value)
        return whole if not milliseconds else f"{whole.removesuffix('Z')}.{milliseconds:03}Z"
    return value
