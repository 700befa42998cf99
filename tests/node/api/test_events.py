"""Events by cursor: as a page, as a page that is waited for, and at any node."""

import asyncio
from typing import Any

import pytest

from amanat.ledger.operations import Transfer
from amanat.node.api.event_streams import STREAMS
from amanat.node.api.events import EVENT_STREAM
from amanat.node.feed.cursor import Place, written
from tests.ledger.world import RUPEE
from tests.node.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def paid(api: Api, amount: int) -> None:
    await api.network.do("alpha", Transfer("alpha", "gamma", RUPEE, amount))
    await api.network.level()


async def now(api: Api, at: str | None = None) -> str:
    """Return the cursor of whoever wants to know only what comes."""
    page = (await api.get("/v1/events?after=now", at)).json
    assert page["events"] == []
    assert page["complete"]
    return str(page["next"])


def amounts(page: Any) -> list[str]:
    return [event["fields"]["amount"] for event in page["events"]]


async def test_an_event_says_where_it_stands_and_what_happened(api: Api) -> None:
    cursor = await now(api)
    done = await api.network.do("alpha", Transfer("alpha", "gamma", RUPEE, 41))
    await api.network.level()
    answer = await api.get(f"/v1/events?after={cursor}")
    (event,) = answer.json["events"]
    header = (await api.get(f"/v1/blocks/{done.height}")).json
    assert event.pop("cursor")
    assert event == {
        "height": done.height,
        "time": header["time"],
        "transaction": done.id.hex(),
        "index": 0,
        "operation": 0,
        "name": "transferred",
        "fields": {"amount": "41", "instrument": "PKR", "source": "alpha", "target": "gamma"},
    }
    assert answer.headers["Ledger-Height"] == str(done.height)
    following = answer.json["next"]
    assert answer.headers["Link"] == f'</v1/events?after={following}>; rel="next"'


async def test_one_cursor_goes_on_at_any_node(api: Api) -> None:
    cursor = await now(api)
    for amount in (1, 2, 3, 4):
        await paid(api, amount)
    seen: list[str] = []
    for node in ("mof", "sbp", "cdc", "mof"):
        page = (await api.get(f"/v1/events?after={cursor}&limit=1", node)).json
        seen += amounts(page)
        cursor = page["events"][0]["cursor"]
    assert seen == ["1", "2", "3", "4"]
    assert amounts((await api.get(f"/v1/events?after={cursor}")).json) == []


async def test_without_a_cursor_it_begins_with_the_first_block(api: Api) -> None:
    first = (await api.get("/v1/events?limit=1")).json
    assert [event["name"] for event in first["events"]] == ["instrument-registered"]
    assert not first["complete"]
    second = (await api.get("/v1/events?from=2&limit=1")).json
    assert second["events"][0]["height"] == 2


async def test_what_is_wanted_can_be_said(api: Api) -> None:
    cursor = await now(api)
    await paid(api, 5)
    for query, count in {
        "account=gamma": 1,
        "account=beta": 0,
        "instrument=PKR&name=transferred": 1,
        "name=issued&name=transferred": 1,
        "name=issued": 0,
    }.items():
        page = (await api.get(f"/v1/events?after={cursor}&{query}")).json
        assert len(page["events"]) == count, query
        assert page["complete"]


async def test_a_page_can_be_waited_for(api: Api) -> None:
    cursor = await now(api)
    waiting = asyncio.create_task(api.get(f"/v1/events?after={cursor}&wait=20&name=transferred"))
    await api.network.do("beta", Transfer("beta", "gamma", RUPEE, 6))
    assert amounts((await waiting).json) == ["6"]


async def test_waiting_goes_on_while_what_happens_is_not_wanted(api: Api) -> None:
    cursor = await now(api)
    query = f"/v1/events?after={cursor}&wait=20&account=beta"
    waiting = asyncio.create_task(api.get(query))
    await paid(api, 7)
    await api.network.do("beta", Transfer("beta", "gamma", RUPEE, 8))
    assert amounts((await waiting).json) == ["8"]


async def test_waiting_ends_without_an_event(api: Api) -> None:
    cursor = await now(api)
    page = (await api.get(f"/v1/events?after={cursor}&wait=0.01")).json
    assert page == {"events": [], "next": cursor, "complete": True}


async def test_who_waits_is_answered_when_the_node_stops(api: Api) -> None:
    cursor = await now(api, "cdc")
    waiting = asyncio.create_task(api.get(f"/v1/events?after={cursor}&wait=30", "cdc"))
    streams = _streams(api, "cdc")
    while not streams.waiting:  # noqa: ASYNC110 - the request is on its way
        await asyncio.sleep(0)
    await api.network.stop("cdc")
    assert (await waiting).json == {"events": [], "next": cursor, "complete": True}
    await api.network.start("cdc")
    await api.network.led()
    await api.network.level()


def _streams(api: Api, name: str) -> Any:
    return api.network.applications[name][STREAMS]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("after=abc", "after: it is no cursor"),
        (f"after={written(Place(1), bytes(32))}", "after: it is a cursor of another chain"),
        ("name=transfered", "no event is called transfered"),
        ("from=-1", "from is '-1'"),
        ("limit=1001", "limit is '1001'"),
        ("wait=31", "wait is '31'"),
    ],
)
async def test_what_makes_no_sense_is_refused(api: Api, query: str, detail: str) -> None:
    for accept in ("*/*", EVENT_STREAM):
        answer = await api.get(f"/v1/events?{query}", Accept=accept)
        assert (answer.status, answer.json["code"]) == (400, "malformed_request")
        assert answer.json["detail"].startswith(detail)


async def test_where_blocks_are_kept_no_more_it_says_from_where_to_go_on(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amanat.node.feed.pages.first_kept", lambda *_: 3)
    answers = [await api.get("/v1/events?from=2", Accept=each) for each in ("*/*", EVENT_STREAM)]
    for answer in answers:
        assert (answer.status, answer.json["code"]) == (410, "pruned")
        assert answer.json["figures"]["first"] == "3"
    after = answers[0].json["figures"]["after"]
    page = (await api.get(f"/v1/events?after={after}")).json
    assert page["events"][0]["height"] == 3


async def test_a_wrong_beginning_is_refused_also_beside_a_cursor(api: Api) -> None:
    answer = await api.get("/v1/events?after=now&from=x")
    assert (answer.status, answer.json["code"]) == (400, "malformed_request")
