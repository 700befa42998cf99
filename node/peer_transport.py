"""Links to all others who take part: WebSockets over mutual TLS, one for each direction.

Each node dials every peer and sends on the link that it dialled; it receives on the links that
peers dialled. Consensus tolerates loss, so a link that is down drops what is sent, a queue that is
full drops the oldest frame, and nobody waits for anybody.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, WSMsgType, web

from amanat.ledger.authorities import Authority
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.identifiers import LedgerTime
from amanat.node import clock
from amanat.node.acquaintance import PATH as ACQUAINTANCE_PATH
from amanat.node.acquaintance import acquaintance
from amanat.node.key_exchange import agreed_on
from amanat.node.peer_frames import FRAME_BYTES_MAX, Consensus, Forward, Hello, read_frame
from amanat.node.tls import NodeCertificate, peer_name

log = structlog.get_logger(__name__)

QUEUE_BYTES_MAX: Final = 32 * 1024 * 1024
"""Bytes that may wait for one peer."""

REDIAL_SECONDS: Final = (0.05, 1.0)
"""First and longest pause between two attempts to reach a peer."""

PATH: Final = "/v1/peer"


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """What this node knows of its link to a peer."""

    name: str
    connected: bool
    api: str | None
    """Where the peer says it serves its API; None until it was reached once."""
    version: str | None
    since: LedgerTime
    """Since when it is connected, or is not."""
    error: str | None
    """Why it last could not be reached, or the link ended; None if that never happened."""
    key_exchange: str | None = None
    """The group that both ends agreed on; None if the link is down, or this Python cannot tell."""


class PeerTransport:
    """Serves and dials peers. `received` is awaited for each frame, in order for each peer."""

    def __init__(
        self,
        hello: Hello,
        members: Iterable[Authority],
        *,
        certificate: NodeCertificate,
        addresses: dict[str, str],
        received: Callable[[str, Consensus | Forward], Awaitable[None]],
    ) -> None:
        """`members` may connect; `addresses` gives `host:port` for those that can be dialled."""
        self._hello = hello
        self._members = {member.name: member for member in members if member.name != hello.name}
        self._certificate = certificate
        self._addresses = dict(addresses)
        self._received = received
        self._links: dict[str, _Link] = {}
        self._incoming: dict[str, web.WebSocketResponse] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._runner: web.AppRunner | None = None
        self._context: ssl.SSLContext | None = None
        for name in sorted(self._members):
            self._link(name)

    async def start(self, host: str, port: int) -> None:
        """Listen on `host:port` and dial the peers.

        Raises:
            OSError: the port cannot be bound.
        """
        application = web.Application()
        application.router.add_get(PATH, self._serve)
        application.router.add_get(ACQUAINTANCE_PATH, self._introduce)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        self._context = self._certificate.server_context(self._members.values())
        site = web.TCPSite(self._runner, host, port, ssl_context=self._context, reuse_address=True)
        await site.start()
        self._dial()

    def admit(self, members: Iterable[Authority]) -> None:
        """Let these connect, and dial them, from now on; and nobody else."""
        wanted = {member.name: member for member in members if member.name != self._hello.name}
        if wanted == self._members:
            return
        new = [member for name, member in wanted.items() if name not in self._members]
        gone = [name for name in self._members if name not in wanted]
        self._members = wanted
        if self._context is not None:
            self._certificate.admit(self._context, new)
        for name in gone:
            self._links.pop(name, None)
            task = self._tasks.pop(name, None)
            if task is not None:
                task.cancel()
        for member in new:
            self._link(member.name)
        self._dial()
        log.info("peers.changed", members=sorted(wanted))

    def _link(self, name: str) -> None:
        address = self._addresses.get(name)
        if address is None or name in self._links:
            return
        context = self._certificate.client_context(self._members[name].key)
        self._links[name] = _Link(self._hello, name, address, context)

    def _dial(self) -> None:
        """Dial whoever can be and is not being dialled, once this node listens."""
        if self._context is None:
            return
        for name, link in self._links.items():
            if name not in self._tasks:
                self._tasks[name] = asyncio.create_task(link.run())

    async def stop(self) -> None:
        """Close every link."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for socket in list(self._incoming.values()):
            await socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def send(self, peer: str, frame: Consensus | Forward) -> None:
        """Send `frame` to `peer`, or drop it if the link is down."""
        link = self._links.get(peer)
        if link is not None and link.connected:
            link.put(encode(frame))

    def status(self) -> list[PeerStatus]:
        """Return the state of the link to every peer."""
        return [link.status() for link in self._links.values()]

    async def _introduce(self, request: web.Request) -> web.Response:
        """Tell one who takes part who this node is, and whether it reaches the one that asks."""
        name = peer_name(request.get_extra_info("peercert"), self._members.values())
        if name is None:
            raise web.HTTPForbidden(text="not one who takes part in this network")
        link = self._links.get(name)
        return acquaintance(
            self._hello,
            certificate_expires=self._certificate.expires,
            reaches_you=link is not None and link.connected,
        )

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        certificate = request.get_extra_info("peercert")
        name = peer_name(certificate, self._members.values())
        if name is None:
            raise web.HTTPForbidden(text="not one who takes part in this network")
        socket = web.WebSocketResponse(
            max_msg_size=FRAME_BYTES_MAX, compress=False, heartbeat=5, timeout=1
        )
        await socket.prepare(request)
        older = self._incoming.get(name)
        self._incoming[name] = socket
        if older is not None:
            await older.close()
        try:
            await self._receive(name, socket)
        finally:
            if self._incoming.get(name) is socket:
                del self._incoming[name]
        return socket

    async def _receive(self, name: str, socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(encode(self._hello))
        greeted = False
        async for message in socket:
            if message.type is not WSMsgType.BINARY:
                continue
            try:
                frame = read_frame(message.data)
            except EncodingError as error:
                log.warning("peer.garbage", peer=name, reason=str(error))
                return
            if isinstance(frame, Hello):
                fault = hello_fault(frame, self._hello, name)
                if fault:
                    log.error("peer.refused", peer=name, reason=fault)
                    return
                greeted = True
                self._reach(name, frame.address)
            elif name not in self._members:
                return  # it has been removed meanwhile
            elif not greeted:
                log.warning("peer.garbage", peer=name, reason="it does not say hello first")
                return
            else:
                await self._received(name, frame)

    def _reach(self, name: str, address: str) -> None:
        """A peer is up: it has just dialled this node. Dial it, or wake the link that does."""
        if name not in self._links and address and name in self._members:
            self._addresses[name] = address
            self._link(name)
            self._dial()
        elif name in self._links:
            self._links[name].wake()


def hello_fault(theirs: Hello, ours: Hello, expected: str) -> str | None:
    """Return why a peer that introduces itself so is refused, or None."""
    if theirs.chain != ours.chain:
        return (
            f"it is on chain {theirs.chain.hex()[:16]}, this node on {ours.chain.hex()[:16]}: "
            "another genesis document"
        )
    if theirs.name != expected:
        return f"it calls itself {theirs.name}, but its key is that of {expected}"
    return None


class _Link:
    """The outgoing link to one peer: dials again whenever it is down."""

    def __init__(self, hello: Hello, name: str, address: str, context: ssl.SSLContext) -> None:
        self._hello = hello
        self._name = name
        self._url = f"https://{address}{PATH}"
        self._context = context
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._filled = asyncio.Event()
        self._redial = asyncio.Event()
        self._theirs: Hello | None = None
        self._group: str | None = None
        self.connected = False
        self._since = clock.now()
        self._error: str | None = None

    def status(self) -> PeerStatus:
        api = self._theirs.api if self._theirs else None
        version = self._theirs.version if self._theirs else None
        group = self._group if self.connected else None
        return PeerStatus(self._name, self.connected, api, version, self._since, self._error, group)

    def _be(self, *, connected: bool) -> None:
        if connected != self.connected:
            self._since = clock.now()
        self.connected = connected

    def put(self, data: bytes) -> None:
        self._queue.append(data)
        self._queued_bytes += len(data)
        while self._queued_bytes > QUEUE_BYTES_MAX and len(self._queue) > 1:
            self._queued_bytes -= len(self._queue.popleft())
        self._filled.set()

    def wake(self) -> None:
        """The peer is up: it has just dialled this node. Do not wait out the pause."""
        self._redial.set()

    async def run(self) -> None:
        pause = REDIAL_SECONDS[0]
        connector = TCPConnector(ssl=self._context, limit=1)
        timeout = ClientTimeout(total=None, connect=2, sock_connect=2)
        async with ClientSession(connector=connector, timeout=timeout) as session:
            while True:
                try:
                    await self._talk(session)
                    self._error = "the peer closed the link"
                    pause = REDIAL_SECONDS[0]
                except (ClientError, OSError, TimeoutError, EncodingError) as error:
                    self._error = str(error) or type(error).__name__
                    log.debug("peer.unreachable", peer=self._name, reason=self._error)
                finally:
                    self._be(connected=False)
                    self._queue.clear()
                    self._queued_bytes = 0
                self._redial.clear()
                try:
                    await asyncio.wait_for(self._redial.wait(), pause)
                except TimeoutError:
                    pause = min(pause * 2, REDIAL_SECONDS[1])

    async def _talk(self, session: ClientSession) -> None:
        async with session.ws_connect(
            self._url,
            max_msg_size=64 * 1024,
            compress=0,
            heartbeat=5,
        ) as socket:
            greeting = await socket.receive_bytes(timeout=2)
            theirs = decode(greeting, Hello)
            fault = hello_fault(theirs, self._hello, self._name)
            if fault:
                log.error("peer.refused", peer=self._name, reason=fault)
                raise ClientError(fault)
            await socket.send_bytes(encode(self._hello))
            self._theirs = theirs
            self._group = agreed_on(socket.get_extra_info("ssl_object"))
            self._be(connected=True)
            log.info("peer.connected", peer=self._name)
            reader = asyncio.create_task(_drain(socket))
            try:
                await self._write(socket, reader)
            finally:
                reader.cancel()
                log.info("peer.disconnected", peer=self._name)

    async def _write(self, socket: Any, reader: asyncio.Task[None]) -> None:
        while not reader.done():
            filled = asyncio.ensure_future(self._filled.wait())
            await asyncio.wait({filled, reader}, return_when=asyncio.FIRST_COMPLETED)
            filled.cancel()
            self._filled.clear()
            while self._queue and not reader.done():
                data = self._queue.popleft()
                self._queued_bytes -= len(data)
                await socket.send_bytes(data)


async def _drain(socket: Any) -> None:
    """Read until the peer closes: the peer sends nothing here, but a close must be noticed."""
    async for _ in socket:
        pass
