"""Spoiled copies of a file, the same at every run: bits, bytes, fields and their order."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgpack

STRANGERS: list[Any] = [
    *(None, True, False, -1, 0, 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 0.5, 1.0),
    *(
        "",
        "x",
        "é",
        b"",
        bytes(32),
        bytes(64),
        [],
        [[]],
        [None] * 11,
        {},
        {"a": 1},
        {"b": 1, "a": 2},
    ),
    *({b"a": [1]}, msgpack.Timestamp(1), msgpack.ExtType(5, b"")),
]

Spoil = Callable[[Random, bytes], bytes]
Place = tuple[list[Any], int]


def spoiled(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` copies, none of which is the content, each spoiled in one way or two."""
    chance = Random(seed)
    while count:
        copy = content
        for _ in range(chance.choice((1, 1, 1, 2))):
            copy = chance.choice(WAYS)(chance, copy)
        if copy != content:
            yield copy
            count -= 1


def _flip(chance: Random, content: bytes) -> bytes:
    at = chance.randrange(len(content) or 1)
    return (
        content[:at]
        + bytes([b ^ 1 << chance.randrange(8) for b in content[at : at + 1]])
        + (content[at + 1 :])
    )


def _truncate(chance: Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content) or 1)]


def _delete(chance: Random, content: bytes) -> bytes:
    at = chance.randrange(len(content) or 1)
    return content[:at] + content[at + chance.randint(1, 40) :]


def _insert(chance: Random, content: bytes) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.randbytes(chance.randint(1, 3)) + content[at:]


def _move(chance: Random, content: bytes) -> bytes:
    a, b, c = sorted(chance.randint(0, len(content)) for _ in range(3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


def _lengthen(chance: Random, content: bytes) -> bytes:
    """Give a length or an integer a longer form than it needs."""
    longer = {0xC4: b"\xc5\x00", 0xCD: b"\xce\x00\x00", 0xCE: b"\xcf" + bytes(4)}
    places = [at for at, byte in enumerate(content) if byte in longer or 0x90 <= byte < 0xC0]
    if not places:
        return content
    at = chance.choice(places)
    byte = content[at]
    if byte in longer:
        head = longer[byte]
    elif byte < 0xA0:
        head = bytes([0xDC, 0, byte & 0x0F])
    else:
        head = bytes([0xD9, byte & 0x1F])
    return content[:at] + head + content[at + 1 :]


def _by_parts(change: Callable[[Random, list[Place]], None]) -> Spoil:
    """Return what changes the parts of the value that the content encodes, if it encodes one."""

    def spoil(chance: Random, content: bytes) -> bytes:
        try:
            value = msgpack.unpackb(content)
            places = list(_places([value]))
            change(chance, places)
            return msgpack.packb(places[0][0][0])
        except (ValueError, TypeError, LookupError, msgpack.UnpackException):
            return content

    return spoil


def _places(parts: list[Any]) -> Iterator[Place]:
    for at, part in enumerate(parts):
        yield parts, at
        if isinstance(part, list):
            yield from _places(part)


def _replace(chance: Random, places: list[Place]) -> None:
    parts, at = chance.choice(places)
    parts[at] = chance.choice(STRANGERS)


def _copy(chance: Random, places: list[Place]) -> None:
    (parts, at), (others, other) = chance.choice(places), chance.choice(places)
    parts[at] = msgpack.unpackb(msgpack.packb(others[other]))


def _swap(chance: Random, places: list[Place]) -> None:
    parts, at = chance.choice(places)
    other = chance.randrange(len(parts))
    parts[at], parts[other] = parts[other], parts[at]


def _drop(chance: Random, places: list[Place]) -> None:
    parts, at = chance.choice(places[1:])
    del parts[at]


def _double(chance: Random, places: list[Place]) -> None:
    parts, at = chance.choice(places[1:])
    parts.insert(at, parts[at])


def _reorder(chance: Random, places: list[Place]) -> None:
    parts, at = chance.choice(places)
    if isinstance(parts[at], list):
        chance.shuffle(parts[at])


def _count(chance: Random, places: list[Place]) -> None:
    numbers = [(parts, at) for parts, at in places if type(parts[at]) is int]
    parts, at = chance.choice(numbers or places)
    parts[at] = parts[at] + chance.choice((-1, 1, 2**32))


def _inside(chance: Random, places: list[Place]) -> None:
    """Spoil what is encoded within bytes: a key or a value of the state."""
    within = [(parts, at) for parts, at in places if isinstance(parts[at], bytes)]
    parts, at = chance.choice(within)
    parts[at] = chance.choice(WAYS)(chance, parts[at])


WAYS: list[Spoil] = [
    *(_flip, _flip, _truncate, _delete, _insert, _move, _lengthen),
    *map(_by_parts, (_replace, _copy, _swap, _drop, _double, _reorder, _count, _inside)),
]
