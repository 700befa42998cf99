"""How far a reader of events has come: a place in the chain, the same on every node.

A place is that of the first event that was not told yet: block, transaction, event. Only final
blocks have places, so that a place means the same for ever. Whoever invents one learns nothing:
what a reader may see does not depend on where it begins.

    base64url(MessagePack([first 8 bytes of the chain's id, height, transaction, event]))
"""

import base64
import binascii
from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from amanat.ledger.encoding import EncodingError, Structure, decode, encode
from amanat.ledger.identifiers import Digest

LENGTH_MAX: Final = 64
"""Characters of a cursor. The longest that is made has 48."""

_CHAIN_BYTES: Final = 8

_Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class BadCursor(ValueError):  # noqa: N818 - what it is
    """It is no cursor, or another chain's. The message says which."""


class Place(NamedTuple):
    """The first event that was not told yet."""

    height: int
    transaction: int = 0
    """Its index in the block."""
    event: int = 0
    """Its index among the transaction's events."""


class _Cursor(Structure, frozen=True):
    chain: bytes
    height: _Number
    transaction: _Number
    event: _Number


def written(place: Place, chain: Digest) -> str:
    """Return the cursor of a place."""
    content = encode(_Cursor(chain[:_CHAIN_BYTES], *place))
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def read(text: str, chain: Digest) -> Place:
    """Return the place that a cursor says.

    Raises:
        BadCursor: it is not one that `written` gives for this chain.
    """
    if len(text) > LENGTH_MAX:
        raise BadCursor("it is too long for a cursor")
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        found = decode(base64.b64decode(padded, b"-_", validate=True), _Cursor)
    except (UnicodeEncodeError, binascii.Error, EncodingError) as error:
        raise BadCursor("it is no cursor: send one as a node gave it") from error
    if found.chain != chain[:_CHAIN_BYTES]:
        raise BadCursor("it is a cursor of another chain")
    place = Place(found.height, found.transaction, found.event)
    if written(place, chain) != text:  # Base64 has several writings of the same bytes.
        raise BadCursor("it is no cursor: send one as a node gave it")
    return place
