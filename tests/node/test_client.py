"""The client goes on to the next node, and tells refusals from silence."""

from pathlib import Path

import pytest
from aiohttp import web

from amanat.node.client import Client, Refusal, Unreachable
from tests.node.conftest import Api
from tests.node.network import free_ports

pytestmark = pytest.mark.asyncio(loop_scope="module")


def nowhere() -> str:
    return f"http://127.0.0.1:{free_ports(1)[0]}"


async def test_the_next_node_is_asked_when_one_does_not_answer(api: Api) -> None:
    async with Client([nowhere(), nowhere(), api.network.url("sbp")]) as client:
        assert (await client.get("/v1/status"))["name"] == "sbp"


async def test_a_trailing_slash_in_an_address_does_no_harm(api: Api) -> None:
    async with Client([api.network.url("sbp") + "/"]) as client:
        assert (await client.get("/v1/status"))["name"] == "sbp"


async def test_if_nobody_answers_each_address_is_named() -> None:
    one, two = nowhere(), nowhere()
    async with Client([one, two]) as client:
        with pytest.raises(Unreachable) as silence:
            await client.get("/v1/status")
    assert one in str(silence.value)
    assert two in str(silence.value)


async def test_a_refusal_carries_its_code_and_is_not_tried_elsewhere(api: Api) -> None:
    async with Client([api.network.url("sbp"), nowhere()]) as client:
        with pytest.raises(Refusal) as refused:
            await client.submit(b"garbage")
    assert (refused.value.status, refused.value.code) == (400, "malformed")
    assert refused.value.problem["fix"]


async def test_a_file_is_written_as_it_comes(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "supply"
    async with Client([api.network.url("sbp")]) as client:
        headers = await client.download("/v1/statements/supply", file)
        assert headers["Content-Type"].startswith("text/csv")
        assert file.read_text().startswith("instrument,issuer,")
        with pytest.raises(Refusal) as refused:
            await client.download("/v1/statements/bonds", file)
    assert refused.value.code == "not_found"
    async with Client([nowhere(), api.network.url("sbp")]) as client:
        with pytest.raises(Unreachable):
            await client.download("/v1/statements/supply", file)


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
        async with Client([f"http://127.0.0.1:{port}"]) as client:
            with pytest.raises(Unreachable):
                await client.download("/file", tmp_path / "part")
    finally:
        await runner.cleanup()


async def test_what_is_no_node_is_told_from_one() -> None:
    async def page(request: web.Request) -> web.Response:
        del request
        return web.Response(text="<html>", content_type="text/html")

    application = web.Application()
    application.router.add_get("/v1/status", page)
    runner = web.AppRunner(application)
    await runner.setup()
    port = free_ports(1)[0]
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with Client([f"http://127.0.0.1:{port}"]) as client:
            with pytest.raises(Unreachable, match="is not a node"):
                await client.get("/v1/status")
    finally:
        await runner.cleanup()


async def test_it_is_used_as_a_context_manager_alone() -> None:
    with pytest.raises(RuntimeError, match="context manager"):
        await Client(["http://127.0.0.1:1"]).get("/v1/status")
