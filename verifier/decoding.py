"""Canonical MessagePack, read strictly, and the digests over it."""

from hashlib import sha256
from typing import Any, Final, TypeVar

import msgpack

BYTES_MAX: Final = 8 * 1024 * 1024
DEPTH_MAX: Final = 64
"""How deep arrays and maps may stand in one another."""

T = TypeVar("T", int, str, bytes, bool, list[Any])


class Invalid(Exception):  # noqa: N818 - it is the verdict, not a malfunction
    """The bundle proves nothing: `step` names the check that it failed, `reason` says how."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


def unpack(step: str, data: bytes) -> Any:
    """Return the value that `data` encodes, when it is that value's one canonical encoding."""
    if len(data) > BYTES_MAX:
        raise Invalid(step, f"{len(data)} bytes, at most {BYTES_MAX} are read")
    try:
        value = msgpack.unpackb(data)
        again = msgpack.packb(value)
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise Invalid(step, f"not MessagePack: {error}") from error
    if again != data:
        raise Invalid(step, "not the canonical encoding: encoding it again gives other bytes")
    _look_through(step, value, DEPTH_MAX)
    return value


def _look_through(step: str, value: Any, depth: int) -> None:
    """Refuse what MessagePack has and the canonical form has not."""
    if isinstance(value, list | dict):
        if depth == 0:
            raise Invalid(step, f"nested more than {DEPTH_MAX} deep")
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value) or list(value) != sorted(value):
                raise Invalid(step, "not the canonical encoding: a map's keys are sorted strings")
            value = list(value.values())
        for each in value:
            _look_through(step, each, depth - 1)
    elif value is not None and type(value) not in (bool, int, str, bytes):
        raise Invalid(step, "not the canonical encoding: it has no fractions and no extensions")


def pack(value: Any) -> bytes:
    """Return the canonical encoding of a value, or of a part of one, that `unpack` returned."""
    encoded: bytes = msgpack.packb(value)
    return encoded


def digest(domain: str, payload: bytes) -> bytes:
    """Return the SHA-256 digest of `payload` within `domain`."""
    return sha256(domain.encode() + b"\x00" + payload).digest()


def expect(step: str, kind: type[T], value: Any, what: str, *, length: int | None = None) -> T:
    """Return `value` when it is exactly a `kind`, of `length` where one is given."""
    size = len(value) if length is not None and isinstance(value, bytes | list) else length
    if type(value) is not kind:
        raise Invalid(step, f"{what} is not {kind.__name__}")
    if size != length:
        raise Invalid(step, f"{what} has length {size} instead of {length}")
    return value


def natural(step: str, value: Any, what: str) -> int:
    """Return `value` when it is an integer from 0 to 2**63 - 1."""
    if not 0 <= expect(step, int, value, what) < 2**63:
        raise Invalid(step, f"{what} is out of range")
    return int(value)
