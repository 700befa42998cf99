"""HTTP Message Signatures (RFC 9421) with Ed25519: what is covered, and how a request is signed.

The library makes the signature base and reads the headers. Whether a signature is valid, libsodium
alone decides, as it does for transactions.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from http_message_signatures import (
    HTTPMessageSigner,
    HTTPSignatureAlgorithm,
    InvalidSignature,
)

from amanat.client import clock
from amanat.client.signers import Signs
from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import LedgerTime

COMPONENTS: Final = ("@method", "@authority", "@path", "@query")
"""What a signature must cover; of a request with a body `content-digest` (RFC 9530) too."""

NONCE_BYTES: Final = 16
"""How long a nonce is that is made here."""


class LibsodiumEd25519(HTTPSignatureAlgorithm):
    """Ed25519 (RFC 9421, 3.3.6) over raw public keys, verified as transactions are."""

    algorithm_id = "ed25519"

    def __init__(self, public_key: bytes | None = None, private_key: bytes | None = None) -> None:
        """`public_key` is 32 bytes. No private key comes here: `RequestSigner` signs."""
        del private_key
        self._public_key = public_key

    def verify(self, signature: bytes, message: bytes) -> None:
        """Accept a signature. Raises `InvalidSignature` if it is not valid."""
        if self._public_key is None or not verify(self._public_key, message, signature):
            raise InvalidSignature("the signature does not verify")


@dataclass(frozen=True, slots=True)
class Message:
    """A request as the library wants it: the URL is absolute and as it was sent."""

    method: str
    url: str
    headers: Mapping[str, str]


class RequestSigner:
    """Signs requests with a participant's key."""

    def __init__(self, signer: Signs, *, now: Callable[[], LedgerTime] = clock.now) -> None:
        """`now` is the time in milliseconds since 1970."""
        self._signer = signer
        self._now = now
        self._messages = HTTPMessageSigner(signature_algorithm=LibsodiumEd25519)

    def headers(self, method: str, url: str, body: bytes | None) -> dict[str, str]:
        """Return the headers that sign a request to `url`, absolute and encoded."""
        message = Message(method, url, {})
        prepared = self._messages.prepare(
            message,
            key_id=self._signer.public_key.hex(),
            created=datetime.fromtimestamp(self._now() // 1000, UTC),
            nonce=secrets.token_urlsafe(NONCE_BYTES),
            label="amanat",
            covered_component_ids=COMPONENTS,
            body=body or None,
        )
        self._messages.apply(message, prepared, self._signer.sign(prepared.signature_base))
        return dict(message.headers)
