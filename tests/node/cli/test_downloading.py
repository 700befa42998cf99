"""A file is fetched piece by piece, whole or not at all."""

from pathlib import Path

import pytest
from aiohttp import web

from amanat.node.cli.downloading import Download
from amanat.node.cli.failure import ExitCode, Failure
from tests.node.cli.market import Market
from tests.node.network import free_ports


async def test_a_file_is_written_as_it_comes(market: Market, tmp_path: Path) -> None:
    file = tmp_path / "supply"
    async with Download(market.api + "/", None) as download:
        headers = await download.into("/v1/statements/supply", file)
        assert headers["Content-Type"].startswith("text/csv")
        assert file.read_text().startswith("instrument,issuer,")
        with pytest.raises(Failure, match=r"^not_found: ") as refused:
            await download.into("/v1/statements/bonds", file)
    assert refused.value.code is ExitCode.REJECTED


async def test_silence_is_told_from_a_refusal(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    async with Download(url, None) as download:
        with pytest.raises(Failure, match=url) as silent:
            await download.into("/v1/statements/supply", tmp_path / "x")
    assert silent.value.code is ExitCode.UNREACHABLE


async def test_a_file_that_is_cut_off_is_no_file(tmp_path: Path) -> None:
    """A part of a statement is not taken for the whole."""

    async def part(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"account,amount")
        assert request.transport is not None
        request.transport.abort()
        return response

    application = web.Application()
    application.router.add_get("/file", part)
    runner = web.AppRunner(application)
    await runner.setup()
    port = free_ports(1)[0]
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with Download(f"http://127.0.0.1:{port}", None) as download:
            with pytest.raises(Failure) as failed:
                await download.into("/file", tmp_path / "part")
    finally:
        await runner.cleanup()
    assert failed.value.code is ExitCode.UNREACHABLE
