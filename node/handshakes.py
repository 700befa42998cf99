"""TLS handshakes within this process: what two ends would agree on, or why they would not."""

import ssl
from typing import Final

_FLIGHTS_MAX: Final = 10
"""TLS 1.3 takes three, and one more pair where the first key share is not liked."""

BYTES_MAX: Final = 64 * 1024
"""How much is read at a time of what the other end sends."""


def shake(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> tuple[bytes, bytes]:
    """Let a client of `host` and a server shake hands. Return the first flight of each.

    Raises:
        ssl.SSLError: one refuses the other.
    """
    forth, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    dialling = client.wrap_bio(to_client, forth, server_side=False, server_hostname=host)
    serving = server.wrap_bio(to_server, back, server_side=True)
    flights: dict[ssl.SSLObject, bytes] = {}
    unfinished = [dialling, serving]
    for _ in range(_FLIGHTS_MAX):
        for side, written, wire in ((dialling, forth, to_server), (serving, back, to_client)):
            if side in unfinished:
                try:
                    side.do_handshake()
                    unfinished.remove(side)
                except ssl.SSLWantReadError:
                    pass
            sent = written.read()
            flights.setdefault(side, sent)
            wire.write(sent)
        if not unfinished:
            return flights[dialling], flights[serving]
    raise ssl.SSLError("the handshake does not come to an end")
