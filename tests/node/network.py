"""A small network in one process: real nodes, mutual TLS, LevelDB and HTTP, on free ports."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from aiohttp import web

from amanat.client.keystore import Signer
from amanat.config.settings import (
    ApiListener,
    NodeSettings,
    OperatorsListener,
    PeerListener,
    Readers,
)
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant
from amanat.ledger.operations import AnyOperation
from amanat.node.client import Client
from amanat.node.data_directory import create, open_directory
from amanat.node.listening import listen
from amanat.node.node import Node
from amanat.node.recovery import RecoveryFailed
from amanat.node.submissions import TransactionStatus
from amanat.node.web_certificate import Files
from tests.ledger import world

SECONDS = 20.0
"""How long anything may take before a test gives up. Nothing is expected to come near it."""


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until `condition` holds."""
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 - no one part knows when it holds
            await asyncio.sleep(0.01)


class LocalNetwork:
    """Authorities that can be stopped and started again; their directories stay."""

    def __init__(
        self,
        root: Path,
        names: Sequence[str],
        *,
        newcomers: Sequence[str] = (),
        rule: QuorumRule = QuorumRule.MAJORITY,
        participants: Sequence[Participant] = (),
        readers: Readers = Readers.ANYONE,
        tls: Files | None = None,
        document: GenesisDocument | None = None,
        keys: str = "authority",
    ) -> None:
        """`newcomers` found nothing; they are told where the founders are, and run as well.

        With `tls` all serve HTTPS under this certificate, clients and operators. `document` founds
        the network if it is given, and `keys` says how authorities' are called.
        """
        self._keys = keys
        self.readers = readers
        self.tls = tls
        self.root = root
        quorum = len(names) // 2 + 1
        if rule is QuorumRule.TWO_THIRDS:
            quorum = 2 * len(names) // 3 + 1
        authorities = world.authority_set(names, quorum, rule=rule)
        self.founders = sorted(names)
        names = [*names, *newcomers]
        self.names = sorted(names)
        self.document = document or world.genesis(authorities, participants=participants)
        self.writer = world.Writer(self.document.chain_id())
        self.nodes: dict[str, Node] = {}
        self.running: dict[str, asyncio.Task[None]] = {}
        self.applications: dict[str, web.Application] = {}
        self._begun = monotonic()
        self.later_ms = 0
        """How far the network's clock has been moved on."""
        ports = iter(free_ports(3 * len(names)))
        self._peer_ports = {name: next(ports) for name in self.names}
        self._api_ports = {name: next(ports) for name in self.names}
        self._operators_ports = {name: next(ports) for name in self.names}
        self._lives: dict[str, AsyncExitStack] = {}
        for name in self.names:
            create(root / name, name, self.document)

    def now(self) -> int:
        """Ledger time: the test world's, running as fast as this process's clock."""
        return world.START + self.later_ms + int((monotonic() - self._begun) * 1000)

    def url(self, name: str) -> str:
        """Return where a node serves its API."""
        return f"{self._scheme}://127.0.0.1:{self._api_ports[name]}"

    def operators_url(self, name: str) -> str:
        """Return where a node serves its operators."""
        return f"{self._scheme}://127.0.0.1:{self._operators_ports[name]}"

    @property
    def _scheme(self) -> str:
        return "http" if self.tls is None else "https"

    def settings(self, name: str) -> NodeSettings:
        """Return what the node called `name` is told."""
        certificate, key = (
            (None, None) if self.tls is None else (str(self.tls.certificate), str(self.tls.key))
        )
        return NodeSettings(
            name=name,
            data=str(self.root / name),
            genesis="",
            key="",
            passphrase_file="",
            peer=PeerListener(f"127.0.0.1:{self._peer_ports[name]}"),
            api=ApiListener(
                f"127.0.0.1:{self._api_ports[name]}",
                self.url(name),
                self.readers,
                tls_certificate=certificate,
                tls_key=key,
            ),
            operators=OperatorsListener(
                f"127.0.0.1:{self._operators_ports[name]}", certificate, key
            ),
            peers={
                peer: f"127.0.0.1:{self._peer_ports[peer]}"
                for peer in self.founders
                if peer != name
            },
        )

    async def start(self, name: str) -> Node:
        """Start a node from its directory."""
        life = AsyncExitStack()
        directory = open_directory(self.root / name, self.document)
        life.callback(directory.close)
        signer = Signer(world.key(f"{self._keys} {name}"))
        try:
            node = Node(self.settings(name), directory, signer, now=self.now)
        except RecoveryFailed:
            directory.close()
            raise
        life.push_async_callback(node.transport.stop)
        self.applications[name] = await listen(node, self.settings(name), life)
        running = asyncio.create_task(node.run())
        life.push_async_callback(_ended, running)
        self.nodes[name] = node
        self.running[name] = running
        self._lives[name] = life
        return node

    async def stop(self, name: str) -> None:
        """Stop a node."""
        del self.nodes[name]
        await self._lives.pop(name).aclose()

    async def stop_all(self) -> None:
        """Stop every node."""
        for name in list(self.nodes):
            await self.stop(name)

    async def led(self) -> Node:
        """Wait until somebody leads a term that has begun, and all know it; return the leader."""

        def leaders() -> set[str | None]:
            return {node.status.leader for node in self.nodes.values()}

        await eventually(
            lambda: (
                len(leaders()) == 1
                and (name := next(iter(leaders()))) in self.nodes
                and self.nodes[str(name)].driver.leads
                and all(node.status.commit_height for node in self.nodes.values())
            )
        )
        return self.nodes[str(next(iter(leaders())))]

    async def follower(self) -> Node:
        """Return a node that does not lead."""
        leader = await self.led()
        return next(node for node in self.nodes.values() if node is not leader)

    async def commit(self, envelope: bytes, at: Node | None = None) -> TransactionStatus:
        """Submit at a node, the leader by default, and wait until the outcome is final there."""
        node = at or await self.led()
        status = node.submissions.submit(envelope)
        status = await node.submissions.wait_final(status.id, SECONDS)
        assert status.is_final
        return status

    async def open_market(self) -> None:
        """Set up cash, a bill and three clients; every node has applied it."""
        for envelope in world.market(self.writer):
            status = await self.commit(envelope)
            assert status.state == "committed", status
        await self.level()

    async def do(self, signers: str, *operations: AnyOperation) -> TransactionStatus:
        """Sign with the keys named in `signers`, commit, and return the outcome."""
        return await self.commit(self.writer.sign(signers.split(", "), *operations))

    async def level(self) -> None:
        """Wait until every node has applied the same height."""

        def heights() -> set[int]:
            return {node.chain.final.height for node in self.nodes.values()}

        def known() -> int:
            return max(node.status.last.height for node in self.nodes.values())

        await eventually(lambda: heights() == {known()})

    def roots(self) -> set[bytes]:
        """Return the state roots that the nodes have reached."""
        return {node.chain.final.tree.root for node in self.nodes.values()}

    @asynccontextmanager
    async def client(self, *names: str) -> AsyncIterator[Client]:
        """Return a client of these nodes, of all by default."""
        async with Client([self.url(name) for name in names or self.names]) as client:
            yield client

    async def get(self, name: str, path: str) -> Any:
        """Return the JSON that a node has under `path`."""
        async with self.client(name) as client:
            return await client.get(path)


async def _ended(running: "asyncio.Task[None]") -> None:
    running.cancel()
    results = await asyncio.gather(running, return_exceptions=True)
    failures = [each for each in results if isinstance(each, Exception)]
    if failures:
        raise failures[0]


@asynccontextmanager
async def network(
    root: Path,
    *names: str,
    newcomers: Sequence[str] = (),
    rule: QuorumRule = QuorumRule.MAJORITY,
    participants: Sequence[Participant] = (),
    readers: Readers = Readers.ANYONE,
    tls: Files | None = None,
) -> AsyncIterator[LocalNetwork]:
    """Run these authorities, `mof`, `sbp` and `cdc` by default; newcomers are started later."""
    made = LocalNetwork(
        root,
        names or ("mof", "sbp", "cdc"),
        newcomers=newcomers,
        rule=rule,
        participants=participants,
        readers=readers,
        tls=tls,
    )
    try:
        for name in made.founders:
            await made.start(name)
        await made.led()
        yield made
    finally:
        await made.stop_all()
