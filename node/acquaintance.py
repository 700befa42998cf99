"""What a node tells of itself to another that takes part, and asks: before a start, in trouble.

It is asked over the link of peers, with the certificates of peers, but opens no link: whoever asks
disturbs nothing.
"""

from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web

from amanat.node import clock
from amanat.node.peer_frames import Hello

PATH: Final = "/v1/acquaintance"


class Acquaintance(msgspec.Struct, frozen=True):
    """One node as it shows itself to another."""

    chain: str
    """In hexadecimal."""
    name: str
    api: str
    version: str
    time: int
    """Its clock, milliseconds since 1970."""
    certificate_expires: int
    """Milliseconds since 1970."""
    reaches_you: bool
    """Whether its own link to the node that asks is up."""


def acquaintance(hello: Hello, *, certificate_expires: datetime, reaches_you: bool) -> web.Response:
    """Return the answer of the node that introduces itself by `hello`."""
    told = Acquaintance(
        hello.chain.hex(),
        hello.name,
        hello.api,
        hello.version,
        clock.now(),
        int(certificate_expires.timestamp() * 1000),
        reaches_you,
    )
    return web.Response(body=msgspec.json.encode(told), content_type="application/json")
