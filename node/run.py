"""Runs one node until it is told to stop: start checks, signals, clean shutdown."""

import asyncio
import contextlib
import errno
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from amanat.client.keystore import KeystoreError, Signer, open_key
from amanat.config.genesis_file import GenesisFileError, load_genesis
from amanat.config.settings import NodeSettings, split_address
from amanat.ledger.identifiers import Digest
from amanat.node import logs
from amanat.node.api.application import create
from amanat.node.data_directory import DataDirectory, DirectoryError, open_directory
from amanat.node.explorer.pages import add_routes
from amanat.node.node import Node
from amanat.node.recovery import RecoveryFailed
from amanat.node.reloading import Reloader
from amanat.node.version import VERSION

log = structlog.get_logger(__name__)


HAND_OVER_SECONDS: Final = 0.8
"""How long a leader that is told to stop tries to hand over; the network elects by itself then."""


class StartError(Exception):
    """The node cannot start. The message is one line that says why, and what to do."""


async def run_node(
    settings: NodeSettings,
    serving: Callable[[Digest], None],
    *,
    reread: Callable[[], NodeSettings] | None = None,
) -> None:
    """Run a node until SIGTERM or SIGINT. `serving` is told its chain once it can be reached.

    On SIGHUP it takes over what `reread` gives, as far as that can be done while it runs.

    A node that has taken in a snapshot ends, and starts anew from it here.

    Raises:
        StartError: something that it needs is missing, wrong or in use; nothing has changed.
        Exception: the node broke while it ran; what it had promised is on disk.
    """
    told = serving
    reloader = Reloader(settings, reread)
    while await _live(reloader, told):
        told = _nobody


def _nobody(chain: Digest) -> None:
    del chain


async def _live(reloader: Reloader, serving: Callable[[Digest], None]) -> bool:
    """Run a node once. Return whether it is to start anew."""
    settings = reloader.settings
    directory, signer = _prepare(settings)
    logs.set_up(settings.log_level, node=settings.name, network=directory.document.network)
    try:
        node = Node(settings, directory, signer)
    except RecoveryFailed as error:
        directory.close()
        raise StartError(f"{settings.data}: {error}") from error
    application = create(node)
    add_routes(application)
    # aiohttp waits so long twice: for answers under way, and once it has cancelled them.
    api = web.AppRunner(application, access_log=None, shutdown_timeout=0.25)
    try:
        await _listen(node, api, settings)
        log.info("node.started", chain=node.chain_id, api=settings.api.url, version=VERSION)
        serving(node.chain_id)
        await _until_told(node, reloader)
    finally:
        await api.cleanup()
        await node.transport.stop()
        directory.close()
        log.info("node.stopped")
    return node.outdated.is_set()


def _prepare(settings: NodeSettings) -> tuple[DataDirectory, Signer]:
    try:
        document = load_genesis(Path(settings.genesis))
        signer = open_key(Path(settings.key), read_passphrase(Path(settings.passphrase_file)))
        # Whoever is not in the genesis document joins later, by a decision on the ledger.
        member = document.authorities.get(settings.name)
        if member is not None and signer.public_key != member.key:
            raise StartError(
                f"{settings.key} is not the key of {settings.name} in {settings.genesis}"
            )
        directory = open_directory(Path(settings.data), document, of=settings.name)
    except (GenesisFileError, KeystoreError, DirectoryError) as error:
        raise StartError(str(error)) from error
    return directory, signer


def read_passphrase(path: Path) -> str:
    """Return the passphrase that a file holds, without its line end.

    Raises:
        StartError: the file is missing or can be read by others.
    """
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise StartError(f"the passphrase file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise StartError(f"the passphrase file {path} is not UTF-8 text") from error
    if mode & 0o077:
        raise StartError(f"{path} can be read by others (mode {mode:04o}): run chmod 600 {path}")
    return text.rstrip("\n")


async def _listen(node: Node, api: web.AppRunner, settings: NodeSettings) -> None:
    await api.setup()
    host, port = split_address(settings.api.listen)
    try:
        await web.TCPSite(api, host, port).start()
        host, port = split_address(settings.peer.listen)
        await node.transport.start(host, port)
    except UnicodeError as error:
        raise StartError(f"cannot listen on {host}:{port}: {host} is no host name") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartError(
                f"{host}:{port} is in use: stop what listens there (`ss -ltnp sport = :{port}` "
                "names it), or choose another port in the settings"
            ) from error
        unknown_host = isinstance(error, socket.gaierror)
        reason = error.strerror if unknown_host else os.strerror(error.errno or 0)
        raise StartError(f"cannot listen on {host}:{port}: {reason}") from error


async def _until_told(node: Node, reloader: Reloader) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, node.drain)
    loop.add_signal_handler(signal.SIGHUP, reloader.reload)
    running = asyncio.create_task(node.run())
    waiting = {asyncio.create_task(each.wait()) for each in (stop, node.outdated)}
    await asyncio.wait({running, *waiting}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    if running.done():
        running.result()
    if stop.is_set():
        node.outdated.clear()  # it is to end for good
        await node.hand_over(seconds=HAND_OVER_SECONDS)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
