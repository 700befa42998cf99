"""Where a node listens: for clients, for operators where that is wanted, and for its peers."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from amanat.config.settings import NodeSettings, split_address
from amanat.node.api.application import create
from amanat.node.certificates import API, OPERATORS
from amanat.node.explorer.pages import add_routes
from amanat.node.https_site import HttpsSite
from amanat.node.monitoring.routes import operators
from amanat.node.node import Node
from amanat.node.served_certificate import ServedCertificate
from amanat.node.web_certificate import PairError

SHUTDOWN_SECONDS: Final = 0.25
"""aiohttp waits so long twice: for answers under way, and once it has cancelled them."""


class ListenError(Exception):
    """Nothing can listen there. The message is one line that says where, why, and what to do."""


async def listen(node: Node, settings: NodeSettings, life: AsyncExitStack) -> web.Application:
    """Serve clients, operators and peers until `life` ends. Return what serves the clients.

    Raises:
        ListenError: one of the addresses cannot be had, or a certificate cannot be served.
    """
    try:
        node.certificates.open(datetime.now(UTC))
    except PairError as error:
        raise ListenError(str(error)) from error
    node.certificates.remind(datetime.now(UTC))
    api = create(node)
    add_routes(api)
    await _serve(api, settings.api.listen, life, node.certificates.served(API))
    if settings.operators is not None:
        shown = node.certificates.served(OPERATORS)
        await _serve(operators(node), settings.operators.listen, life, shown)
    host, port = split_address(settings.peer.listen)
    with _failing(host, port):
        await node.transport.start(host, port)
    return api


async def _serve(
    application: web.Application,
    address: str,
    life: AsyncExitStack,
    certificate: ServedCertificate | None,
) -> None:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    life.push_async_callback(runner.cleanup)
    await runner.setup()
    host, port = split_address(address)
    with _failing(host, port):
        if certificate is None:
            await web.TCPSite(runner, host, port).start()
        else:
            await HttpsSite(runner, host, port, certificate.context).start()


@contextmanager
def _failing(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        raise ListenError(f"cannot listen on {host}:{port}: {host} is no host name") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ListenError(
                f"{host}:{port} is in use: stop what listens there (`ss -ltnp sport = :{port}` "
                "names it), or choose another port in the settings"
            ) from error
        unknown_host = isinstance(error, socket.gaierror)
        reason = error.strerror if unknown_host else os.strerror(error.errno or 0)
        raise ListenError(f"cannot listen on {host}:{port}: {reason}") from error
