"""JSON in, operations out: strict, and with an error that names the place and what would be right.

What is left out is never guessed: a field may lack only where the registry has a default for it.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final, assert_never

from amanat.ledger.dates import DAY_MS
from amanat.ledger.encoding import EncodingError, Structure, decode, encode
from amanat.ledger.operations import AnyOperation
from amanat.node.written.expecting import expected, listed
from amanat.node.written.kinds import (
    OPERATION,
    Choice,
    Field,
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
from amanat.node.written.nearest import shown, unknown

_NUMBER: Final = re.compile(r"\A-?(?:0|[1-9][0-9]{0,29})\Z", re.ASCII)
_DATE: Final = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_TIME: Final = re.compile(
    r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z",
    re.ASCII,
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class WrittenError(ValueError):
    """It cannot be read. The message names the place, what is wrong, and what would be right."""


def parse(text: str) -> list[AnyOperation]:
    """Return the operations in a JSON document: one object, or a list of one or more.

    Raises:
        WrittenError: it is no JSON, or not what the registry says.
    """
    try:
        content = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except WrittenError:
        raise
    except RecursionError as error:
        raise WrittenError("it is nested too deep") from error
    except ValueError as error:
        raise WrittenError(f"it is no JSON: {error}") from error
    if not isinstance(content, list):
        return [read(content)]
    if not content:
        raise WrittenError("the list is empty; it takes one operation or more")
    return [read(each, f"[{index}]") for index, each in enumerate(content)]


def read(content: Any, path: str = "") -> AnyOperation:
    """Return the operation that decoded JSON writes.

    Raises:
        WrittenError: it is not what the registry says.
    """
    operation: AnyOperation = _one_of(content, OPERATION, path)
    try:
        return decode(encode(operation), AnyOperation)  # type: ignore[arg-type]
    except (EncodingError, OverflowError, ValueError) as error:
        raise _wrong(path, f"the ledger does not take it: {error}") from error


def _read(value: Any, kind: Kind, path: str) -> Any:
    match kind:
        case Nullable():
            return _nullable(value, kind, path)
        case Text():
            return _text(value, kind, path)
        case Whole():
            return _whole(value, kind, path)
        case Raw():
            return _raw(value, kind, path)
        case Flag():
            return _flag(value, path)
        case Choice():
            return _choice(value, kind, path)
        case Many():
            return _many(value, kind, path)
        case Record():
            return _record(_mapping(value, path), kind, path)
        case OneOf():
            return _one_of(value, kind, path)
        case _:
            assert_never(kind)


def _one_of(value: Any, kind: OneOf, path: str) -> Any:
    content = dict(_mapping(value, path))
    named = _join(path, kind.key)
    if kind.key not in content:
        near = "" if len(kind.options) > 8 else f": {listed(kind.options)}"
        raise _wrong(named, f"is missing; it says which {kind.key} it is{near}")
    name = content.pop(kind.key)
    if not isinstance(name, str) or name not in kind.options:
        raise _wrong(named, unknown(name, kind.options, kind.key))
    return _record(content, kind.options[name], path)


def _record(content: dict[str, Any], kind: Record, path: str) -> Structure:
    names = [each.name for each in kind.fields]
    for name in content:
        if name not in names:
            raise _wrong(_join(path, name), unknown(name, names, "field"))
    values = {
        each.name: _read(content[each.name], each.kind, _join(path, each.name))
        for each in kind.fields
        if _is_there(each, content, path)
    }
    return kind.type(**values)


def _is_there(field: Field, content: dict[str, Any], path: str) -> bool:
    if field.name in content:
        return True
    if field.may_lack:
        return False
    null = ": write null where there is none" if isinstance(field.kind, Nullable) else ""
    raise _wrong(_join(path, field.name), f"is missing; it takes {expected(field.kind)}{null}")


def _nullable(value: Any, kind: Nullable, path: str) -> Any:
    return None if value is None else _read(value, kind.inner, path)


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(path, f"{shown(value)} is neither true nor false")
    return value


def _text(value: Any, kind: Text, path: str) -> str:
    fits = (
        isinstance(value, str)
        and len(value) >= kind.least
        and (kind.most is None or len(value) <= kind.most)
        and (kind.pattern is None or re.search(kind.pattern, value) is not None)
    )
    if not fits:
        raise _wrong(path, f"{shown(value)} is not {expected(kind)}")
    return str(value)


def _whole(value: Any, kind: Whole, path: str) -> int:
    number = _number(value, kind, path)
    too_small = kind.least is not None and number < kind.least
    if too_small or (kind.most is not None and number > kind.most):
        raise _wrong(path, f"{shown(value)} is out of range: it takes {expected(kind)}")
    return number


def _number(value: Any, kind: Whole, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and kind.title != Unit.DATE:
        return value
    if isinstance(value, str):
        found = _from_text(value, kind)
        if found is not None:
            return found
    raise _wrong(path, f"{shown(value)} is not {expected(kind)}")


def _from_text(value: str, kind: Whole) -> int | None:
    """Return what a string stands for, or None if it is not how such a number is written."""
    try:
        if kind.title == Unit.DATE:
            if not _DATE.search(value):
                return None
            return (datetime.fromisoformat(value).replace(tzinfo=UTC) - _EPOCH).days
        if kind.title == Unit.TIME and _TIME.search(value):
            since = datetime.fromisoformat(value) - _EPOCH
            return since.days * DAY_MS + since.seconds * 1000 + since.microseconds // 1000
    except ValueError:
        return None
    return int(value) if _NUMBER.search(value) else None


def _raw(value: Any, kind: Raw, path: str) -> bytes:
    digits = 2 * kind.length
    if isinstance(value, str) and re.search(rf"\A[0-9a-f]{{{digits}}}\Z", value, re.ASCII):
        return bytes.fromhex(value)
    have = f" (it has {len(value)})" if isinstance(value, str) and len(value) != digits else ""
    raise _wrong(path, f"{shown(value)} is not {expected(kind)}{have}")


def _choice(value: Any, kind: Choice, path: str) -> Any:
    for each in kind.values:
        if type(value) in (str, int) and value == each:
            return each
    raise _wrong(path, unknown(value, kind.names, "value"))


def _many(value: Any, kind: Many, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _wrong(path, f"{shown(value)} is not {expected(kind)}")
    if len(value) < kind.least or (kind.most is not None and len(value) > kind.most):
        raise _wrong(path, f"it has {len(value)} items; it takes {expected(kind)}")
    return tuple(_read(each, kind.item, f"{path}[{index}]") for index, each in enumerate(value))


def _mapping(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(path, f"{shown(value)} is not an object")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, value in pairs:
        if name in content:
            raise WrittenError(f"{shown(name)} stands twice in one object")
        content[name] = value
    return content


def _constant(name: str) -> Any:
    raise WrittenError(f"it is no JSON: {name} is no number")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _wrong(path: str, what: str) -> WrittenError:
    return WrittenError(f"{path}: {what}" if path else what)
