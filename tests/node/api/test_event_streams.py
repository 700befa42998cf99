"""Events as a stream: nothing is lost or told twice, and no stream outlives its node."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import ClientError, ClientResponse

from amanat.ledger.operations import Transfer
from amanat.node.api import event_streams
from amanat.node.api.event_reading import Reading
from amanat.node.api.event_streams import STREAMS, Streams
from tests.ledger.world import RUPEE
from tests.node.conftest import Api
from tests.node.network import SECONDS, eventually


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often whether a client has gone, so that no test waits for that."""
    monkeypatch.setattr(event_streams, "LOOK_SECONDS", 0.01)


pytestmark = pytest.mark.asyncio(loop_scope="module")


class Stream:
    """Reads server-sent events as the HTML standard says."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self.last_id = ""
        self.comments = 0

    async def event(self) -> Any:
        """Return the data of the next event."""
        async with asyncio.timeout(SECONDS):
            while True:
                data = await self.block()
                if data is not None:
                    return msgspec.json.decode(data)

    async def block(self) -> str | None:
        """Return the data of the next block, None if it has none."""
        data = None
        while (line := (await self.response.content.readline()).decode()) != "\n":
            assert line, "the stream has ended"
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "id":
                self.last_id = value
            elif field == "data":
                data = value
            elif not field:
                self.comments += 1
        return data

    async def ended(self) -> None:
        """Wait until the node has ended it."""
        async with asyncio.timeout(SECONDS):
            await self.response.content.read()


@asynccontextmanager
async def stream(api: Api, query: str, last: str = "", at: str = "mof") -> AsyncIterator[Stream]:
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    url = f"{api.network.url(at)}/v1/events?{query}"
    async with api.session.get(url, headers=headers) as response:
        assert response.status == 200, await response.read()
        assert response.content_type == "text/event-stream"
        yield Stream(response)


def streams(api: Api, at: str = "mof") -> Streams:
    found: Streams = api.network.applications[at][STREAMS]
    return found


async def pay(api: Api, amount: int) -> None:
    await api.network.do("alpha", Transfer("alpha", "gamma", RUPEE, amount))


async def test_events_come_as_they_become_final(api: Api) -> None:
    async with stream(api, "after=now") as opened:
        for amount in (1, 2, 3):
            await pay(api, amount)
            event = await opened.event()
            assert (event["name"], event["fields"]["amount"]) == ("transferred", str(amount))
            assert opened.last_id == event["cursor"]
            assert event["height"] <= api.network.nodes["mof"].chain.final.height


async def test_a_client_that_leaves_is_noticed_while_nothing_happens(api: Api) -> None:
    async with stream(api, "after=now"):
        assert streams(api).places.taken >= 1
    await eventually(lambda: streams(api).places.taken == 0)


async def test_who_reconnects_at_another_node_loses_nothing_and_hears_nothing_twice(
    api: Api,
) -> None:
    seen: list[str] = []
    query, last = "after=now&account=gamma", ""
    for turn, node in enumerate(("mof", "sbp", "cdc", "sbp")):
        async with stream(api, query, last, at=node) as opened:
            if not last:
                await opened.block()
                last = opened.last_id
            for amount in (10 * turn + 1, 10 * turn + 2):
                await pay(api, amount)
            seen.append((await opened.event())["fields"]["amount"])
            last = opened.last_id  # The second is lost on the way.
    async with stream(api, query, last) as opened:
        seen += [(await opened.event())["fields"]["amount"] for _ in range(4)]
    assert seen == ["1", "2", "11", "12", "21", "22", "31", "32"]


async def test_the_last_id_goes_before_what_the_address_says(api: Api) -> None:
    async with stream(api, "from=1") as opened:
        await opened.event()
        second = await opened.event()
        last = opened.last_id
    async with stream(api, "from=1", last) as opened:
        third = await opened.event()
    assert (third["height"], third["index"]) > (second["height"], second["index"])


async def test_where_nothing_is_for_the_reader_its_id_moves_on(api: Api) -> None:
    async with stream(api, "after=now&name=issued") as opened:
        await opened.block()
        before = opened.last_id
        await pay(api, 4)
        assert await opened.block() is None
        assert opened.last_id != before
        assert opened.comments == 2


async def test_a_silent_stream_is_kept_alive(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams(api), "keep_alive_seconds", 0.01)
    async with stream(api, "after=now") as opened:
        while opened.comments < 5:
            assert await opened.block() is None


async def test_no_proxy_is_to_hold_it_back(api: Api) -> None:
    async with stream(api, "after=now") as opened:
        headers = opened.response.headers
        assert headers["X-Accel-Buffering"] == "no"
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["Request-Id"]


async def test_streams_end_when_the_node_stops(api: Api) -> None:
    """Not by the limit of the server's shutdown: the node has told them."""
    async with stream(api, "after=now", at="cdc") as one, stream(api, "from=1", at="cdc") as other:
        await eventually(lambda: streams(api, "cdc").waiting == 2)
        application = api.network.applications["cdc"]
        await streams(api, "cdc").close(application)
        await one.ended()
        await other.ended()
        await eventually(lambda: streams(api, "cdc").places.taken == 0)
        assert streams(api, "cdc").close in application.on_shutdown
    await api.network.stop("cdc")
    await api.network.start("cdc")
    await api.network.led()
    await api.network.level()


async def test_a_node_keeps_so_many_open_and_no_more(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams(api).places, "most", 1)
    await eventually(lambda: streams(api).places.taken == 0)
    async with stream(api, "after=now"):
        answer = await api.get("/v1/events?after=now", Accept="text/event-stream")
        assert (answer.status, answer.json["code"]) == (503, "too_many_streams")
    await eventually(lambda: streams(api).places.taken == 0)
    async with stream(api, "after=now"):
        pass


async def test_for_whoever_does_not_read_one_page_is_kept_and_then_it_is_cut_off(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[Reading] = []  # The client may try twice: one page for each.
    read = Reading.page

    async def counted(self: Reading) -> Any:
        pages.append(self)
        return await read(self)

    stuck = asyncio.Event()

    async def full(*_: object) -> None:
        stuck.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Reading, "page", counted)
    monkeypatch.setattr(streams(api), "write_seconds", 0.0)
    monkeypatch.setattr("aiohttp.web.StreamResponse.write", full)
    with pytest.raises(ClientError):
        async with stream(api, "from=1&limit=1") as opened:
            await opened.ended()
    assert stuck.is_set()
    assert len(pages) == len(set(pages))
    await eventually(lambda: streams(api).places.taken == 0)


async def test_a_stream_ends_for_who_may_read_no_more(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = [True, True, False]
    monkeypatch.setattr("amanat.node.api.access.gate.Gate.counts_still", lambda *_: counts.pop(0))
    monkeypatch.setattr(streams(api), "keep_alive_seconds", 0.01)
    async with stream(api, "after=now") as opened:
        await opened.ended()
    assert counts == []


async def test_it_lasts_no_longer_than_a_token(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr(streams(api), "now", lambda: clock)
    async with stream(api, "after=now") as opened:
        assert await opened.block() is None
        await eventually(lambda: streams(api).waiting)
        clock = event_streams.STREAM_SECONDS_MAX
        await opened.ended()
