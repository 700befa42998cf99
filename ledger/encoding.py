"""Canonical MessagePack: one value, one encoding; anything else is refused.

Every structure travels as an array of its fields in declared order, so there are no keys to sort
or to repeat; where data is a map by nature its keys are sorted by their bytes. Integers, strings
and arrays take their shortest form (https://github.com/msgpack/msgpack/blob/master/spec.md).

`decode` holds the rule by construction: it decodes against the expected type, encodes the result
again and compares. A long integer form, a repeated or unsorted key, a float, an extension type,
trailing bytes or an unknown field cannot survive that.
"""

from typing import Any, Final, TypeVar

import msgspec

BYTES_MAX: Final = 8 * 1024 * 1024
"""Longest encoding that `decode` looks at unless its caller sets a tighter bound."""

T = TypeVar("T")

_encoder: Final = msgspec.msgpack.Encoder(order="sorted")


class EncodingError(ValueError):
    """The bytes are not the canonical encoding of the expected type."""


class Structure(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """Base of everything that is signed, hashed, stored or sent between nodes."""


def encode(value: object) -> bytes:
    """Return the one canonical encoding of `value`."""
    return _encoder.encode(value)


_decoders: Final[dict[Any, msgspec.msgpack.Decoder[Any]]] = {}


def decode(data: bytes, kind: type[T], *, bytes_max: int = BYTES_MAX) -> T:
    """Decode `data` as `kind`, accepting the canonical encoding alone.

    Args:
        data: the encoding, whole.
        kind: the type to expect: a `Structure`, a tagged union of them, or a plain type.
        bytes_max: longest input to look at.

    Raises:
        EncodingError: `data` is too long, not MessagePack, not a `kind`, or not canonical.
    """
    if len(data) > bytes_max:
        raise EncodingError(f"{len(data)} bytes, at most {bytes_max} are accepted")
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(kind)
    try:
        value: T = decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise EncodingError(f"not a valid encoding: {error}") from error
    if _encoder.encode(value) != data:
        raise EncodingError("not the canonical encoding: re-encoding gives other bytes")
    return value
