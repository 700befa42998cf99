"""Short-lived tokens: what a reader that signed one request may send with the next ones.

A token says for whom, until when and for which part of the API it was made, under a MAC by a key
that this node drew when it started. So it counts at this node alone, and nothing is kept of it.

    base64url(mac || MessagePack([participant, key, path, expires]))
"""

import base64
import binascii
import secrets
from hmac import compare_digest
from hmac import digest as mac
from typing import Final

from amanat.ledger.encoding import EncodingError, Structure, decode, encode
from amanat.ledger.identifiers import LedgerTime, Name, PublicKey
from amanat.ledger.state import State
from amanat.node.api.access.readers import Reader, Unproven, reader_of

SECONDS_MAX: Final = 900
"""The longest that a token may count."""

SECONDS: Final = 300
"""How long it counts if nothing else was asked for."""

LENGTH_MAX: Final = 1_024
"""Characters of a token."""

_MAC_BYTES: Final = 32


class _Token(Structure, frozen=True):
    participant: Name
    key: PublicKey
    path: str
    expires: LedgerTime


class Tokens:
    """Makes and reads the tokens of one run of one node."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def make(self, reader: Reader, path: str, expires: LedgerTime) -> str:
        """Return a token for `path` and what lies below it, until `expires` by the clock."""
        content = encode(_Token(reader.participant, reader.key, path, expires))
        return base64.urlsafe_b64encode(self._mac(content) + content).decode()

    def reader(self, token: str, state: State, now: LedgerTime, ledger_time: LedgerTime) -> Reader:
        """Return whose token this is. The key that signed for it must still count.

        Raises:
            Unproven: it was not made by this run of this node, has expired, or the key counts no
                more.
        """
        try:
            raw = base64.b64decode(token[:LENGTH_MAX].encode(), b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise Unproven("the token is none") from error
        seal, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not compare_digest(seal, self._mac(content)):
            raise Unproven("the token is not of this node, or of before it started")
        try:
            made = decode(content, _Token)
        except EncodingError as error:
            raise Unproven("the token is none") from error
        if made.expires <= now:
            raise Unproven("the token has expired")
        found = reader_of(state, made.key, max(ledger_time, now))
        if found.participant != made.participant:
            raise Unproven("the key of the token is another participant's now")
        return Reader(found.participant, found.key, made.path, made.expires)

    def _mac(self, content: bytes) -> bytes:
        return mac(self._secret, content, "sha256")
