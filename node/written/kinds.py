"""What may stand in a field: the types of the registry, as a reader and a template need them."""

import types
from collections.abc import Sequence
from dataclasses import dataclass
from enum import EnumType, StrEnum
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.operations import OPERATIONS

OPERATION_KEY: Final = "operation"
"""The name under which an operation says which one it is."""

TYPE_KEY: Final = "type"
"""The name under which any other structure says which of several it is, as in the API."""


class Unit(StrEnum):
    """Integers that are not written as mere numbers; the title of their type says so."""

    AMOUNT = "amount"
    """In the smallest unit of the instrument: a decimal string."""
    DATE = "date"
    """As ISO 8601 writes it, a date in Pakistan."""
    TIME = "time"
    """As RFC 3339 writes it, or in milliseconds since 1970-01-01T00:00:00Z."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    title: str
    pattern: str | None
    meaning: str | None
    """What the pattern lets through, in words."""
    least: int
    most: int | None
    """Bounds of its length."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer."""

    title: str
    """A `Unit`, or what it counts."""
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes of a fixed length, written in hexadecimal."""

    title: str
    length: int


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values."""

    values: tuple[Any, ...]

    @property
    def names(self) -> list[str]:
        """Return how each is written."""
        return [str(each) for each in self.values]


@dataclass(frozen=True, slots=True)
class Many:
    """A list."""

    item: "Kind"
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Nullable:
    """Something, or null."""

    inner: "Kind"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a structure."""

    name: str
    kind: "Kind"
    may_lack: bool
    """Whether it may be left out. What may be null is said to be null, unless it may lack."""


@dataclass(frozen=True, slots=True)
class Record:
    """A structure."""

    type: type[Structure]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A structure that says which of these it is."""

    key: str
    """The name under which it says so."""
    options: dict[str, Record]


Kind: TypeAlias = Text | Whole | Raw | Flag | Choice | Many | Nullable | Record | OneOf


@cache
def kind_of(structure: type[Structure]) -> Record:
    """Return what stands in a structure."""
    fields = tuple(
        Field(each.name, _kind(each.type, ()), may_lack=each.default is not msgspec.NODEFAULT)
        for each in msgspec.structs.fields(structure)
    )
    return Record(structure, fields)


def _kind(annotation: Any, metas: tuple[Meta, ...]) -> Kind:
    """Return the kind of a type, under the bounds that stand around it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(arguments[0], tuple(each for each in arguments[1:] if isinstance(each, Meta)))
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if origin is Literal:
        return Choice(arguments)
    if origin is tuple:
        least, most = _bound(metas, "min_length"), _bound(metas, "max_length")
        return Many(_kind(arguments[0], ()), least or 0, most)
    if isinstance(annotation, EnumType):
        return Choice(tuple(annotation))
    if issubclass(annotation, Structure):
        return _structure([annotation])
    return _plain(annotation, metas)


def _union(arguments: Sequence[Any]) -> Kind:
    rest = [each for each in arguments if each is not types.NoneType]
    inner = _kind(rest[0], ()) if len(rest) == 1 else _structure(rest)
    return Nullable(inner) if len(rest) < len(arguments) else inner


def _structure(options: Sequence[type[Structure]]) -> Kind:
    tags = [each.__struct_config__.tag for each in options]
    if tags == [None]:
        return kind_of(options[0])
    key = OPERATION_KEY if options[0] in OPERATIONS else TYPE_KEY
    return OneOf(key, {str(tag): kind_of(each) for tag, each in zip(tags, options, strict=True)})


def _plain(annotation: type, metas: tuple[Meta, ...]) -> Kind:
    title = next((each.title for each in metas if each.title), None)
    if annotation is bool:
        return Flag()
    if annotation is int:
        return Whole(title or "number", _bound(metas, "ge"), _bound(metas, "le"))
    least, most = _bound(metas, "min_length"), _bound(metas, "max_length")
    if annotation is bytes and least == most and least is not None:
        return Raw(title or "bytes", least)
    if annotation is str:
        pattern = next((each.pattern for each in metas if each.pattern), None)
        meaning = next((each.description for each in metas if each.description), None)
        return Text(title or "text", pattern, meaning, least or 0, most)
    raise TypeError(f"{annotation} cannot be written in JSON")


def _bound(metas: tuple[Meta, ...], name: str) -> int | None:
    found = [getattr(each, name) for each in metas if getattr(each, name) is not None]
    return None if not found else int(found[0])


OPERATION: Final[OneOf] = OneOf(OPERATION_KEY, {each.tag(): kind_of(each) for each in OPERATIONS})
"""Any operation."""
