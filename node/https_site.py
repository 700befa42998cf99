"""Listening for HTTPS: whoever connects shakes hands in time, or is sent away."""

import asyncio
import ssl
from typing import Final

from aiohttp import web

HANDSHAKE_SECONDS: Final = 10.0
"""How long a handshake may take. A connection without one costs memory and tells nothing."""


class HttpsSite(web.BaseSite):
    """A TCP port that answers by TLS alone, as `web.TCPSite` but for the time of a handshake."""

    def __init__(
        self,
        runner: web.AppRunner,
        host: str,
        port: int,
        tls: ssl.SSLContext,
        *,
        seconds: float = HANDSHAKE_SECONDS,
    ) -> None:
        super().__init__(runner, ssl_context=tls)
        self._host = host
        self._port = port
        self._seconds = seconds

    @property
    def name(self) -> str:
        """Where it is reached."""
        return f"https://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port cannot be bound.
        """
        await super().start()
        server = self._runner.server
        if server is None:
            raise RuntimeError("the runner is set up first")
        self._server = await asyncio.get_running_loop().create_server(
            server,
            self._host,
            self._port,
            ssl=self._ssl_context,
            backlog=self._backlog,
            ssl_handshake_timeout=self._seconds,
        )
