"""Who connects and does not finish a handshake is sent away; who does is served on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from amanat.client.trust import trusting
from amanat.node.https_site import HttpsSite
from amanat.node.web_certificate import load
from tests.certificates import authority
from tests.node.network import free_ports


@asynccontextmanager
async def site(directory: Path, seconds: float) -> AsyncIterator[int]:
    """Serve a page by HTTPS, and return the port."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="a page")

    application = web.Application()
    application.router.add_get("/", page)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    (port,) = free_ports(1)
    tls = load(authority(directory).issue("node")).context
    await HttpsSite(runner, "127.0.0.1", port, tls, seconds=seconds).start()
    try:
        yield port
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("sent", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00"])
async def test_who_never_finishes_the_handshake_is_sent_away(tmp_path: Path, sent: bytes) -> None:
    async with site(tmp_path, seconds=0.05) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        assert await reader.read() == b""
        writer.close()


async def test_a_connection_lives_on_after_its_handshake(tmp_path: Path) -> None:
    async with site(tmp_path, seconds=0.5) as port, asyncio.timeout(20):
        tls = trusting(tmp_path / "authority.pem")
        held = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        # By the time that this one is sent away, the deadline of the first has passed as well.
        silent, _ = await asyncio.open_connection("127.0.0.1", port)
        assert await silent.read() == b""
        reader, writer = held
        writer.write(b"GET / HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"a page")
        writer.close()


async def test_it_tells_where_it_is(tmp_path: Path) -> None:
    async with site(tmp_path, seconds=1) as port:
        runner = web.AppRunner(web.Application())
        await runner.setup()
        tls = trusting(tmp_path / "authority.pem")
        assert HttpsSite(runner, "127.0.0.1", port, tls).name == f"https://127.0.0.1:{port}"
        await runner.cleanup()
