"""Runs one node until it is told to stop: start checks, signals, clean shutdown."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from amanat.client.key_source import open_signer
from amanat.client.keystore import KeystoreError
from amanat.client.passphrases import PassphraseError, read_passphrase
from amanat.client.signers import Signs
from amanat.client.signing_failed import SigningFailed
from amanat.config.genesis_file import GenesisFileError, load_founding
from amanat.config.genesis_signatures import SignaturesError, check_at_start
from amanat.config.settings import NodeSettings
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.node import logs
from amanat.node.allowed_program import AllowedProgram
from amanat.node.api.limits import LIMITS
from amanat.node.certificates import API, OPERATORS
from amanat.node.data_directory import DataDirectory, DirectoryError, open_directory
from amanat.node.listening import ListenError, listen
from amanat.node.node import Node
from amanat.node.program import program_digest
from amanat.node.recovery import RecoveryFailed
from amanat.node.reloading import Reloader
from amanat.node.supervisor import Supervisor, supervisor_of_this_process
from amanat.node.tls import NotKeptError
from amanat.node.version import VERSION

log = structlog.get_logger(__name__)


HAND_OVER_SECONDS: Final = 0.8
"""How long a leader that is told to stop tries to hand over; the network elects by itself then."""


SIGN_SECONDS: Final = 2.0
"""How long a hardware module may take for one signature (docs/decisions/0031): the node's loop
waits for it. A node whose module takes longer ends, and others go on."""


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
    reloader, supervisor = Reloader(settings, reread), supervisor_of_this_process()
    while await _live(reloader, told, supervisor):
        told = _nobody


def _nobody(chain: Digest) -> None:
    del chain


async def _live(
    reloader: Reloader, serving: Callable[[Digest], None], supervisor: Supervisor
) -> bool:
    """Run a node once. Return whether it is to start anew."""
    settings = reloader.settings
    directory, signer = _prepare(settings)
    logs.set_up(settings.log_level, node=settings.name, network=directory.document.network)
    try:
        node = Node(settings, directory, signer)
    except (RecoveryFailed, SigningFailed) as error:
        directory.close()
        raise StartError(f"{settings.data}: {error}") from error
    except NotKeptError as error:
        directory.close()
        raise StartError(str(error)) from error
    async with AsyncExitStack() as life:
        life.callback(log.info, "node.stopped")
        life.callback(directory.close)
        life.push_async_callback(node.transport.stop)
        limits = (await _listen(node, settings, life))[LIMITS]
        for setting in ("requests_per_second", "burst", "trusted_proxies"):
            reloader.takes(f"api.{setting}", lambda new: limits.adapt(new.api))
        program = program_digest().hex()  # read now, while nobody waits for it
        where = {"chain": node.chain_id, "api": settings.api.url}
        log.info("node.started", **where, version=VERSION, program=program)
        serving(node.chain_id)
        supervisor.ready(f"{settings.name} serves at {settings.api.url}")
        await _until_told(node, reloader, supervisor)
    return node.outdated.is_set()


def _prepare(settings: NodeSettings) -> tuple[DataDirectory, Signs]:
    try:
        document = load_founding(Path(settings.genesis))
        check_founding(settings, document)
        signer = open_authority_key(settings)
        # Whoever is not in the genesis document joins later, by a decision on the ledger.
        member = document.authorities.get(settings.name)
        if member is not None and signer.public_key != member.key:
            raise StartError(
                f"{settings.key} is not the key of {settings.name} in {settings.genesis}"
            )
        directory = open_directory(Path(settings.data), document, of=settings.name)
    except (GenesisFileError, SignaturesError, KeystoreError, DirectoryError) as error:
        raise StartError(str(error)) from error
    return directory, signer


def open_authority_key(settings: NodeSettings) -> Signs:
    """Open the key that the settings name, in a file or in a hardware module.

    Raises:
        KeystoreError: it cannot be used.
    """
    return open_signer(settings.key, lambda: _secret(settings), seconds=SIGN_SECONDS)


def check_founding(settings: NodeSettings, document: GenesisDocument) -> None:
    """Check the signatures under the genesis document that there are, or must be.

    Raises:
        SignaturesError: one does not hold, or one that the settings want lacks.
    """
    wanted = settings.genesis_signatures
    check_at_start(Path(settings.genesis), None if wanted is None else Path(wanted), document)


def _secret(settings: NodeSettings) -> str:
    """Return the passphrase of the key, or the PIN of the module that it is in."""
    if settings.passphrase_file is None:
        raise PassphraseError(
            "passphrase_file is missing in the settings: it holds the passphrase of the key, or "
            "the PIN of its module where the URI names no pin-source"
        )
    return read_passphrase(Path(settings.passphrase_file))


async def _listen(node: Node, settings: NodeSettings, life: AsyncExitStack) -> web.Application:
    """Listen; return what serves the clients."""
    try:
        return await listen(node, settings, life)
    except ListenError as error:
        raise StartError(str(error)) from error


def _reloading(node: Node, reloader: Reloader) -> None:
    """Let the reloader put changed certificates into effect."""
    for section in (API, OPERATORS):
        for setting in ("tls_certificate", "tls_key"):
            reloader.takes(
                f"{section}.{setting}", lambda new: node.certificates.take(new, datetime.now(UTC))
            )
    reloader.then = lambda: node.certificates.reload(datetime.now(UTC))


async def _until_told(node: Node, reloader: Reloader, supervisor: Supervisor) -> None:
    def reload() -> None:
        supervisor.reloading()
        reloader.reload()
        supervisor.ready(f"{node.name} serves at {reloader.settings.api.url}")

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, node.drain)
    _reloading(node, reloader)
    loop.add_signal_handler(signal.SIGHUP, reload)
    running = asyncio.create_task(node.run())
    watched = asyncio.create_task(supervisor.watch())
    judged = asyncio.create_task(AllowedProgram(node).watch())
    waiting = {asyncio.create_task(each.wait()) for each in (stop, node.outdated)}
    await asyncio.wait({running, *waiting}, return_when=asyncio.FIRST_COMPLETED)
    for task in (*waiting, watched, judged):
        task.cancel()
    if running.done():
        running.result()
    if stop.is_set():
        supervisor.stopping()
        node.outdated.clear()  # it is to end for good
        await node.hand_over(seconds=HAND_OVER_SECONDS)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
