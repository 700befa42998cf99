"""Who signed a request (RFC 9421): checks of the signature, its time, and that it is used once."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
)

from amanat.client.message_signatures import COMPONENTS, LibsodiumEd25519, Message
from amanat.ledger.identifiers import LedgerTime, PublicKey
from amanat.ledger.state import State
from amanat.node.api.access.nonces import Nonces
from amanat.node.api.access.readers import Reader, Unproven, reader_of

AGE_MAX_MS: Final = 60_000
"""How long a signature counts after it was made."""

AHEAD_MAX_MS: Final = 5_000
"""How far the clock of who signs may be ahead of this node's."""

NONCE_LENGTH_MAX: Final = 64

_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class Signatures:
    """Verifies signed requests to one node."""

    def __init__(self, urls: Iterable[str], *, now: Callable[[], LedgerTime]) -> None:
        """`urls` are those under which this node is reached, the one for others first."""
        self._origins = {host: origin for url in urls for host, origin in _hosts(url)}
        self._now = now
        self._since = self._latest = now()
        self._nonces = Nonces(kept_ms=AGE_MAX_MS + AHEAD_MAX_MS)

    def reader(
        self, request: web.Request, body: bytes, state: State, ledger_time: LedgerTime
    ) -> Reader:
        """Return who signed `request`, whose nonce is used up by that.

        Raises:
            Unproven: the signature is malformed, not valid, too old or used, or covers too little;
                or its key does not count.
            TooMany: its participant signs more requests than are remembered.
        """
        # A nonce is forgotten once its signature is too old. A clock that is set back must not make
        # it young again.
        self._latest = max(self._latest, self._now())
        keys = _Keys(state, max(ledger_time, self._now()))
        message = Message(request.method, self._url(request), request.headers)
        parameters = self._verified(message, body, keys)
        if keys.reader is None:
            raise Unproven("the signature names no key")
        self._check_time(int(parameters["created"]), parameters.get("expires"))
        nonce = str(parameters.get("nonce", ""))
        if not 0 < len(nonce) <= NONCE_LENGTH_MAX:
            raise Unproven(f"it needs a nonce of 1 to {NONCE_LENGTH_MAX} characters")
        if not self._nonces.take(keys.reader.participant, nonce, self._latest):
            raise Unproven("its nonce was used before: sign each request anew")
        return keys.reader

    def _url(self, request: web.Request) -> str:
        """Return the URL that was asked, as the signature covers it.

        Nothing that was sent becomes part of it but the path that is served: a `Host` that went on
        with a path of its own would let a signature for that one read this one.
        """
        host = request.headers.get("Host", "").lower()
        origin = self._origins.get(host)
        if origin is None:
            known = next(iter(self._origins))
            raise Unproven(f"it is signed for {host[:128]}; this node is {known}")
        if not request.raw_path.startswith("/") or "#" in request.raw_path:
            raise Unproven("it must name a path alone")
        return origin + request.raw_path

    def _verified(self, message: Message, body: bytes, keys: "_Keys") -> dict[str, Any]:
        verifier = _Verifier(signature_algorithm=LibsodiumEd25519, key_resolver=keys)
        try:
            (found,) = verifier.verify(
                message, max_age=None, require_components=COMPONENTS, body=body
            )
        except (HTTPMessageSignaturesException, ValueError, TypeError) as error:
            raise Unproven(str(error)[:200]) from error
        return dict(found.parameters)

    def _check_time(self, created: int, expires: int | None) -> None:
        made, now = created * 1000, self._now()
        if made > now + AHEAD_MAX_MS:
            raise Unproven(f"it was made {made - now} ms ahead of this node's clock")
        age = self._latest - made
        if age > AGE_MAX_MS:
            raise Unproven(f"it was made {age} ms ago; it counts for {AGE_MAX_MS}")
        if expires is not None and expires * 1000 < now:
            raise Unproven("it has expired")
        if made + 1000 <= self._since:
            raise Unproven("it was made before this node started: sign the request anew")


class _Verifier(HTTPMessageVerifier):
    """Leaves time to `Signatures`, which is told the clock."""

    max_clock_skew = timedelta(milliseconds=AHEAD_MAX_MS)

    def validate_created_and_expires(
        self, sig_input: Any, max_age: timedelta | None = None
    ) -> None:
        """Check that it says when it was made."""
        del max_age
        if "created" not in sig_input.params:
            raise Unproven("the signature does not say when it was created")


class _Keys(HTTPSignatureKeyResolver):
    """Finds keys on the ledger, and remembers whose the last was."""

    def __init__(self, state: State, time: LedgerTime) -> None:
        self._state = state
        self._time = time
        self.reader: Reader | None = None

    def resolve_public_key(self, key_id: str) -> PublicKey:
        """Return the key that `key_id`, 64 lower-case hexadecimal digits, is. Raises `Unproven`."""
        try:
            key = bytes.fromhex(key_id)
        except ValueError:
            key = b""
        if len(key) != 32 or key.hex() != key_id:
            raise Unproven("keyid must be a public key, 64 lower-case hexadecimal digits")
        self.reader = reader_of(self._state, key, self._time)
        return key


def _hosts(url: str) -> list[tuple[str, str]]:
    """Return each `Host` that is this URL's, the usual one first, with what a path is put after."""
    parts = urlsplit(url.lower())
    host = parts.netloc.rpartition("@")[2]
    port = _DEFAULT_PORTS.get(parts.scheme, "")
    host = host.removesuffix(port)
    origin = f"{parts.scheme}://{host}"
    has_port = ":" in host.rpartition("]")[2]
    return [(each, origin) for each in ((host,) if has_port else (host, host + port))]
