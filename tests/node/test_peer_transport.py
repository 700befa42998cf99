"""Links between nodes: who is let in, what of a link is believed, and that it comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientConnectionError, ClientSession, ClientWebSocketResponse, TCPConnector

from amanat.client.keystore import Signer
from amanat.consensus.messages import PreVoteReply
from amanat.ledger.encoding import encode
from amanat.node.peer_frames import FRAME_BYTES_MAX, Consensus, Forward, Hello
from amanat.node.peer_transport import PATH, QUEUE_BYTES_MAX, PeerTransport, hello_fault
from amanat.node.tls import NodeCertificate
from tests.ledger.world import authority_set, key, public_key
from tests.node.network import eventually, free_ports

CHAIN = bytes(range(32))
AUTHORITIES = authority_set(["mof", "sbp", "cdc"], quorum=2)
NAMES = ("cdc", "mof", "sbp")


def hello(name: str, chain: bytes = CHAIN) -> Hello:
    return Hello(chain, name, f"http://{name}.example", "", "1.0")


def ping(number: int = 1) -> Consensus:
    return Consensus(PreVoteReply(term=number, granted=True))


def certificate(root: Path, name: str, signed_by: str | None = None) -> NodeCertificate:
    directory = root / f"{name}-{signed_by}"
    directory.mkdir(exist_ok=True)
    made = NodeCertificate(directory, name, Signer(key(signed_by or f"authority {name}")))
    made.renew(datetime.now(UTC))
    return made


class Post:
    """One node's end of the links, and what reached it."""

    def __init__(self, root: Path, name: str, ports: dict[str, int]) -> None:
        self.name = name
        self.port = ports[name]
        self.got: list[tuple[str, Any]] = []
        self.transport = PeerTransport(
            hello(name),
            AUTHORITIES.members,
            certificate=certificate(root, name),
            addresses={peer: f"127.0.0.1:{port}" for peer, port in ports.items() if peer != name},
            received=self._received,
        )

    async def _received(self, sender: str, frame: Consensus | Forward) -> None:
        self.got.append((sender, frame))

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Post"]:
        await self.transport.start("127.0.0.1", self.port)
        try:
            yield self
        finally:
            await self.transport.stop()

    def heard(self) -> bool:
        return bool(self.got)

    def connected(self) -> set[str]:
        return {peer.name for peer in self.transport.status() if peer.connected}


@pytest.fixture
def ports() -> dict[str, int]:
    return dict(zip(NAMES, free_ports(3), strict=True))


@pytest_asyncio.fixture
async def mof(tmp_path: Path, ports: dict[str, int]) -> AsyncIterator[Post]:
    async with Post(tmp_path, "mof", ports).open() as post:
        yield post


@asynccontextmanager
async def dial(post: Post, made: NodeCertificate) -> AsyncIterator[ClientWebSocketResponse]:
    """Dial `post` with a certificate, as a peer does, and read its greeting."""
    context = made.client_context(public_key(f"authority {post.name}"))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            ClientSession(connector=TCPConnector(ssl=context))
        )
        socket = await stack.enter_async_context(
            session.ws_connect(f"https://127.0.0.1:{post.port}{PATH}", max_msg_size=0)
        )
        yield socket


async def test_peers_find_each_other_and_frames_arrive_in_order(
    tmp_path: Path, ports: dict[str, int], mof: Post
) -> None:
    async with Post(tmp_path, "sbp", ports).open() as sbp:
        await eventually(lambda: mof.connected() == {"sbp"} and sbp.connected() == {"mof"})
        for number in range(100):
            mof.transport.send("sbp", ping(number))
        sbp.transport.send("mof", Forward((b"order",)))
        await eventually(lambda: len(sbp.got) == 100 and mof.got)
        assert sbp.got == [("mof", ping(number)) for number in range(100)]
        assert mof.got == [("sbp", Forward((b"order",)))]
        (seen,) = [peer for peer in mof.transport.status() if peer.connected]
        assert (seen.api, seen.version) == ("http://sbp.example", "1.0")


async def test_a_peer_that_comes_back_is_connected_again(
    tmp_path: Path, ports: dict[str, int], mof: Post
) -> None:
    for _ in range(2):
        sbp = Post(tmp_path, "sbp", ports)
        async with sbp.open():
            await eventually(lambda: mof.connected() == {"sbp"})
            mof.transport.send("sbp", ping())
            await eventually(sbp.heard)
        await eventually(lambda: mof.connected() == set())


async def test_what_is_sent_while_a_link_is_down_is_dropped(mof: Post) -> None:
    mof.transport.send("sbp", ping())
    mof.transport.send("nobody", ping())
    assert mof.connected() == set()


async def test_a_stranger_is_not_let_in(tmp_path: Path, mof: Post) -> None:
    for name, signed_by in (("sbp", "stranger"), ("eve", "eve")):
        with pytest.raises((ClientConnectionError, OSError)):
            async with dial(mof, certificate(tmp_path, name, signed_by)) as socket:
                await socket.receive_bytes()
    assert mof.got == []


async def test_an_authority_is_known_by_its_key_whatever_its_certificate_says(
    tmp_path: Path, mof: Post
) -> None:
    async with dial(mof, certificate(tmp_path, "sbp", "authority cdc")) as socket:
        await socket.receive_bytes()
        await socket.send_bytes(encode(hello("cdc")))
        await socket.send_bytes(encode(ping()))
        await eventually(lambda: mof.got == [("cdc", ping())])


async def test_who_says_hello_rightly_is_heard(tmp_path: Path, mof: Post) -> None:
    async with dial(mof, certificate(tmp_path, "sbp")) as socket:
        assert await socket.receive_bytes() == encode(hello("mof"))
        await socket.send_bytes(encode(hello("sbp")))
        await socket.send_bytes(encode(ping()))
        await eventually(lambda: mof.got == [("sbp", ping())])


@pytest.mark.parametrize(
    ("what", "frames"),
    [
        ("no hello first", [encode(ping())]),
        ("another's name", [encode(hello("cdc")), encode(ping())]),
        ("another chain", [encode(hello("sbp", bytes(32))), encode(ping())]),
        ("garbage", [encode(hello("sbp")), b"garbage", encode(ping())]),
        ("a long form", [encode(hello("sbp")), b"\xdc\x00\x02" + encode(ping())[1:]]),
        ("deep nesting", [encode(hello("sbp")), b"\x91" * 100_000, encode(ping())]),
        ("too long", [encode(hello("sbp")), bytes(FRAME_BYTES_MAX + 1), encode(ping())]),
    ],
)
async def test_a_peer_that_breaks_the_rules_is_cut_off_and_not_believed(
    tmp_path: Path, mof: Post, what: str, frames: list[bytes]
) -> None:
    del what
    async with dial(mof, certificate(tmp_path, "sbp")) as socket:
        await socket.receive_bytes()
        for frame in frames:
            try:
                await socket.send_bytes(frame)
            except ClientConnectionError:
                break
        async with asyncio.timeout(10):
            while not (await socket.receive()).type.name.startswith("CLOS"):
                pass
    assert mof.got == []
    # The node goes on: the same peer is let in again, if it behaves.
    async with dial(mof, certificate(tmp_path, "sbp")) as socket:
        await socket.receive_bytes()
        await socket.send_bytes(encode(hello("sbp")))
        await socket.send_bytes(encode(ping()))
        await eventually(lambda: mof.got == [("sbp", ping())])


async def test_a_second_link_of_a_peer_replaces_the_first(tmp_path: Path, mof: Post) -> None:
    made = certificate(tmp_path, "sbp")
    async with dial(mof, made) as first, dial(mof, made) as second:
        await first.receive_bytes()
        await second.receive_bytes()
        await second.send_bytes(encode(hello("sbp")))
        await second.send_bytes(encode(ping()))
        await eventually(lambda: mof.got == [("sbp", ping())])
        async with asyncio.timeout(10):
            assert (await first.receive()).type.name.startswith("CLOS")


async def test_a_peer_that_does_not_read_cannot_fill_this_nodes_memory(
    tmp_path: Path, ports: dict[str, int], mof: Post
) -> None:
    async with Post(tmp_path, "sbp", ports).open() as sbp:
        stuck = asyncio.Event()

        async def received(sender: str, frame: Consensus | Forward) -> None:
            sbp.got.append((sender, frame))
            await stuck.wait()

        sbp.transport._received = received
        await eventually(lambda: mof.connected() == {"sbp"})
        link = mof.transport._links["sbp"]
        frame = Forward((bytes(4 * 1024 * 1024),))
        for _ in range(20):
            mof.transport.send("sbp", frame)
        assert link._queued_bytes <= QUEUE_BYTES_MAX
        mof.transport.send("sbp", ping(9))
        stuck.set()
        await eventually(lambda: sbp.got and sbp.got[-1] == ("mof", ping(9)))
        assert len(sbp.got) < 22


def test_what_a_hello_is_refused_for() -> None:
    assert hello_fault(hello("sbp"), hello("mof"), "sbp") is None
    assert "another genesis document" in str(
        hello_fault(hello("sbp", bytes(32)), hello("mof"), "sbp")
    )
    assert "its key is that of sbp" in str(hello_fault(hello("cdc"), hello("mof"), "sbp"))
