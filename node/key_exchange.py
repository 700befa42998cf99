"""How two ends of TLS agree on a key: whether what is recorded today could be read one day.

A hybrid group joins a classical exchange with ML-KEM (FIPS 203), so that whoever wants to read has
to break both. OpenSSL offers X25519MLKEM768 by itself from 3.5 on, unless its configuration says
otherwise. Python's ssl, before 3.15, neither chooses the group nor tells it, so it is read off the
handshake's first messages, which are in the clear (RFC 8446, 4.1 and 4.2).
"""

import asyncio
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from nacl.signing import SigningKey

from amanat.client.keystore import Signer
from amanat.ledger.authorities import Authority, AuthorityClass
from amanat.node.handshakes import BYTES_MAX, shake
from amanat.node.tls import NodeCertificate

GROUPS: Final = {
    0x0017: "secp256r1",
    0x0018: "secp384r1",
    0x0019: "secp521r1",
    0x001D: "X25519",
    0x001E: "X448",
    0x11EB: "SecP256r1MLKEM768",
    0x11EC: "X25519MLKEM768",
    0x11ED: "SecP384r1MLKEM1024",
}
"""Names by number: IANA, TLS Supported Groups."""

HYBRIDS: Final = frozenset({"SecP256r1MLKEM768", "X25519MLKEM768", "SecP384r1MLKEM1024"})

_HANDSHAKE: Final = 22
_SERVER_HELLO: Final = 2
_KEY_SHARE: Final = 51


@dataclass(frozen=True, slots=True)
class Platform:
    """What the TLS of this machine's Python can do."""

    openssl: str
    """Its version, as it names itself."""
    group: str
    """What two nodes on this platform agree on."""

    @property
    def is_hybrid(self) -> bool:
        """Whether that withstands a quantum computer too."""
        return self.group in HYBRIDS


@cache
def platform() -> Platform:
    """Find out, by a handshake of two peers within this process.

    Raises:
        ssl.SSLError, OSError: no certificate can be made or shown here.
    """
    with tempfile.TemporaryDirectory() as place:
        ends = []
        for name in ("one", "other"):
            signer = Signer(SigningKey.generate())
            directory = Path(place) / name
            directory.mkdir()
            end = NodeCertificate(directory, name, signer)
            end.renew(datetime.now(UTC))
            ends.append((end, Authority(name, signer.public_key, AuthorityClass.SOVEREIGN)))
        (dials, client), (serves, server) = ends
        contexts = dials.client_context(server.key), serves.server_context([client])
        _, answered = shake(*contexts, "node.invalid")
    return Platform(ssl.OPENSSL_VERSION, agreed_in(answered) or "unknown")


async def agreed_with(host: str, port: int, context: ssl.SSLContext) -> str | None:
    """Shake hands with a server, and return the group that it chose.

    Raises:
        OSError: it cannot be reached, or one refuses the other.
    """
    reader, writer = await asyncio.open_connection(host, port)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing)
    heard = b""
    try:
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                writer.write(outgoing.read())
                piece = await reader.read(BYTES_MAX)
                if not piece:
                    raise ConnectionResetError("it ends the handshake") from None
                heard += piece
                incoming.write(piece)
            else:
                writer.write(outgoing.read())
                return agreed_in(heard)
    finally:
        writer.close()


def agreed_on(connection: Any) -> str | None:
    """Return the group of an open connection, where this Python can tell (3.15 can); else None."""
    tell = getattr(connection, "group", None)
    return tell() if callable(tell) else None


def agreed_in(flight: bytes) -> str | None:
    """Return the group that a server chose, by what it sends first; None if it says none.

    Args:
        flight: TLS records from their beginning. A request to try again names the group as well.
    """
    try:
        hello = _server_hello(flight)
        return None if hello is None else _group_in(hello)
    except (IndexError, ValueError):
        return None


def _server_hello(flight: bytes) -> bytes | None:
    """Return the body of the ServerHello that a flight begins with."""
    if flight[0] != _HANDSHAKE or flight[5] != _SERVER_HELLO:
        return None
    return _exactly(flight, 9, int.from_bytes(flight[6:9]))


def _group_in(hello: bytes) -> str | None:
    at = 2 + 32  # version and random
    at += 1 + hello[at]  # the session's id
    at += 2 + 1  # cipher suite and compression
    extensions = _exactly(hello, at + 2, int.from_bytes(hello[at : at + 2]))
    at = 0
    while at < len(extensions):
        kind, length = (int.from_bytes(extensions[at + i : at + i + 2]) for i in (0, 2))
        content = _exactly(extensions, at + 4, length)
        if kind == _KEY_SHARE:
            number = int.from_bytes(_exactly(content, 0, 2))
            return GROUPS.get(number, f"0x{number:04x}")
        at += 4 + length
    return None


def _exactly(content: bytes, start: int, length: int) -> bytes:
    found = content[start : start + length]
    if len(found) != length:
        raise ValueError("it ends too early")
    return found
