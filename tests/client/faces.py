"""Either face of the client, spoken to alike: the tests of what both do are written once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from inspect import isawaitable
from pathlib import Path
from typing import Any

from amanat.client.awaiting import AsyncClient
from amanat.client.face import Face
from amanat.client.message_signatures import RequestSigner
from amanat.client.waiting import Client
from tests.node.network import LocalNetwork

FACES = (Client, AsyncClient)


class Speaker:
    """Calls a client's methods; those of the face that waits in a thread, so that nodes live on."""

    def __init__(self, client: Face) -> None:
        self.client = client

    async def __call__(self, method: str, *arguments: Any, **named: Any) -> Any:
        called: Callable[..., Any] = getattr(self.client, method)
        if isinstance(self.client, AsyncClient):
            found = called(*arguments, **named)
            return await found if isawaitable(found) else [each async for each in found]

        def waited() -> Any:
            found = called(*arguments, **named)
            return list(found) if hasattr(found, "__next__") else found

        return await asyncio.to_thread(waited)


@asynccontextmanager
async def speaker(
    face: type[Face],
    running: LocalNetwork,
    *names: str,
    journal: Path | None = None,
    reader: RequestSigner | None = None,
) -> AsyncIterator[Speaker]:
    """Return a client of these nodes, of all by default; a name with a colon is an address."""
    urls = [each if ":" in each else running.url(each) for each in names or running.names]
    made = face(urls, genesis=running.document, journal=journal, reader=reader)
    if isinstance(made, AsyncClient):
        async with made:
            yield Speaker(made)
    else:
        yield Speaker(made)
