"""The client goes on to the next node, and tells refusals from silence."""

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
