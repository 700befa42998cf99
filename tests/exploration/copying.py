"""Copies a node, whatever it holds; and says what it holds, so that equal nodes are known as equal.

A core keeps what must wait for the disk as closures, and these refer to the core's own state. A
copy gets closures of its own, with the same code, that refer to the copy; and two closures are
equal if their code is the same and what they hold is equal.
"""

from collections import deque
from collections.abc import Callable
from itertools import repeat
from types import CellType, FunctionType
from typing import Any, Final, TypeVar, cast

from amanat.consensus.core import Core
from amanat.consensus.interface import Persist
from amanat.consensus.log import Log
from amanat.consensus.output import Output
from amanat.consensus.pending import Fetch, PendingRead
from amanat.consensus.progress import Progress
from amanat.consensus.raft import Identity, Raft, Timing
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import Structure, encode
from tests.consensus.deciding import Deciding
from tests.consensus.register import Disk, Register
from tests.exploration.actor import Actor
from tests.exploration.scope import Scope

T = TypeVar("T")

_PLAIN: Final = (int, str, bytes, type(None), Structure, Persist, PendingRead)
"""What never changes, so that copies share it, and says itself what it holds."""

_FIXED: Final = (Identity, Timing, repeat, AuthoritySet, Configuration, Scope)
"""What never changes and is the same in every state of one node."""

_OBJECTS: Final = (Core, Actor, Raft, Fetch, Log, Output, Progress, Disk, Register, Deciding)
"""What is copied attribute by attribute. A closure may hold one of them."""

_COUNTERS: Final = {(Disk, "reads")}
"""Attributes on which nothing depends."""


class Unknown(TypeError):  # noqa: N818 - what it is
    """A node holds something that nobody said how to copy."""


def copy_of(value: T) -> T:
    """Return a copy that shares nothing with `value` that can change."""
    return cast(T, _copied(value, {}))


def content_of(value: object) -> bytes:
    """Return an encoding of all that `value` holds: the same for equal ones, and for no others."""
    return encode(_content(value, {}))


_natures: Final[dict[type, type | None]] = {}


def _nature(kind: type) -> type | None:
    """Return which of the groups above a type belongs to, by its first member there."""
    if kind not in _natures:
        groups = (_FIXED, _PLAIN, _OBJECTS)
        _natures[kind] = next((group[0] for group in groups if issubclass(kind, group)), None)
    return _natures[kind]


_slots: Final[dict[type, tuple[str, ...]]] = {}


def _attributes(kind: type) -> tuple[str, ...]:
    """Return the names of the slots of a type; none if its instances have a dictionary."""
    if kind not in _slots:
        _slots[kind] = tuple(getattr(kind, "__slots__", ()))
    return _slots[kind]


def _names(value: object) -> tuple[str, ...]:
    return _attributes(type(value)) or tuple(sorted(vars(value)))


def _copied(value: Any, known: dict[int, Any]) -> Any:
    kind = type(value)
    nature = _nature(kind)
    if nature in (int, Identity):
        return value
    if nature is Core:
        return _copied_object(value, known)
    if kind is dict:
        return {key: _copied(held, known) for key, held in value.items()}
    if kind in (list, tuple, set, deque):
        return kind([_copied(held, known) for held in value])
    if kind is FunctionType:
        return _copied_function(value, known)
    raise Unknown(f"{kind.__qualname__}: is it fixed, or how is it copied?")


def _copied_object(value: Any, known: dict[int, Any]) -> Any:
    copy = known.get(id(value))
    if copy is None:
        copy = known[id(value)] = object.__new__(type(value))
        for name in _names(value):
            setattr(copy, name, _copied(getattr(value, name), known))
    return copy


def _copied_function(function: FunctionType, known: dict[int, Any]) -> Callable[..., object]:
    if function.__closure__ is None:
        return function
    cells = tuple(CellType(_copied(cell.cell_contents, known)) for cell in function.__closure__)
    return FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, cells
    )


def _content(value: Any, seen: dict[int, int]) -> object:
    kind = type(value)
    nature = _nature(kind)
    if nature is int:
        return (kind.__name__, value) if isinstance(value, Structure) else value
    if nature is Identity:
        return None
    if nature is Core:
        if id(value) in seen:
            return ("seen", seen[id(value)])
        seen[id(value)] = len(seen)
        names = [name for name in _names(value) if (kind, name) not in _COUNTERS]
        return (kind.__name__, [_content(getattr(value, name), seen) for name in names])
    if kind is dict:
        return ("dict", [(key, _content(value[key], seen)) for key in sorted(value)])
    if kind in (list, tuple, deque):
        return (kind.__name__, [_content(held, seen) for held in value])
    if kind is FunctionType:
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        return (value.__qualname__, [_content(held, seen) for held in cells])
    raise Unknown(f"{kind.__qualname__}: is it fixed, or how is it told from others?")
