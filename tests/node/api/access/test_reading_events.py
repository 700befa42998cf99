"""Events at a confidential node: each reader gets its own, and supervisors all, which is logged."""

import asyncio

import msgspec
import pytest

from amanat.ledger.operations import Transfer
from amanat.node import access_log
from amanat.node.api.access.gate import GATE
from amanat.node.api.access.readers import Reader, Unproven
from amanat.node.api.event_streams import STREAMS
from tests.ledger.world import RUPEE
from tests.node.api.access.confidential import NODE, Confidential
from tests.node.network import eventually

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def names(node: Confidential, key: str | None, query: str = "") -> list[tuple[str, str]]:
    """Return the name of each event that is shown, and the account that it names first."""
    answer = await node.ask(key, f"/v1/events?limit=1000{query}")
    assert answer.status == 200, answer.body
    assert answer.json["complete"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    about = ("account", "source", "instrument", "participant", "date")
    return [
        (
            event["name"],
            next((event["fields"][each] for each in about if each in event["fields"]), ""),
        )
        for event in answer.json["events"]
    ]


async def test_each_gets_what_touches_its_accounts_and_what_is_public(node: Confidential) -> None:
    nobody = await names(node, None)
    assert ("day-closed", "20454") in nobody
    assert ("instrument-registered", "PKR") in nobody
    assert {name for name, _ in nobody}.isdisjoint({"issued", "transferred", "account-opened"})
    alpha = await names(node, "alpha", "&account=alpha")
    assert [name for name, _ in alpha][:5] == [  # other tests go on from there
        "account-opened",
        "issued",
        "order-registered",
        "transferred",
        "account-moved",
    ]
    assert [name for name, _ in await names(node, "beta", "&account=alpha")] == []
    gamma = await names(node, "gamma", "&account=alpha")
    assert [name for name, _ in gamma][:1] == ["transferred"], "of what both are named in"
    assert await names(node, "custodian-b", "&account=alpha") == alpha
    former = await names(node, "custodian-a", "&account=alpha")
    assert [name for name, _ in former] == ["account-opened"], "which it signed"


async def test_supervisors_get_all_and_each_request_is_logged_once(node: Confidential) -> None:
    directory = node.network.root / NODE / "access"

    def logged() -> int:
        lines = access_log.read(directory)
        return sum(each["route"] == "GET /v1/events" for each in lines)

    before = logged()
    seen = await names(node, "agp")
    assert logged() == before + 1
    assert {"issued", "transferred", "account-opened", "proposed", "limits-set"} <= {
        name for name, _ in seen
    }
    await names(node, "alpha")
    assert logged() == before + 1


async def test_a_stream_is_for_its_reader_alone(node: Confidential) -> None:
    token = {"Authorization": f"Bearer {await node.token('gamma', path='/v1/events')}"}
    whole = [name for name, _ in await names(node, "gamma")]
    path = "/v1/events?limit=1000"
    signed = node.signer("gamma").headers("GET", node.url + path, None)
    accepts = {"Accept": "text/event-stream"}
    for headers in (token, signed):
        async with node.session.get(node.url + path, headers=accepts | headers) as response:
            assert response.status == 200
            seen = []
            while not (line := await response.content.readline()).startswith(b":"):
                if line.startswith(b"data: "):
                    seen.append(msgspec.json.decode(line[6:])["name"])
        assert seen == whole
    dead = node.signer("dead").headers("GET", node.url + path, None)
    assert (await node.send("GET", path, accepts | dead)).status == 401


async def test_what_a_supervisor_asked_for_alone_is_in_the_log(node: Confidential) -> None:
    await node.ask("agp", "/v1/events?account=alpha&limit=1")
    await node.ask("secp", "/v1/statements/holdings?instrument=PKR&custodian=custodian-a")
    read = access_log.read(node.network.root / NODE / "access")
    lines = [each for each in read if each["granted_as"]]
    events = [each for each in lines if each["route"] == "GET /v1/events"]
    assert events[-1]["about"] == {"account": "alpha"}
    stated = [each for each in lines if each["route"] == "GET /v1/statements/{statement}"]
    assert stated[-1]["about"] == {
        "custodian": "custodian-a",
        "instrument": "PKR",
        "statement": "holdings",
    }


@pytest.mark.parametrize("how", ["key", "token"])
async def test_who_waits_is_refused_once_its_proof_has_ended(
    node: Confidential, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    gate = node.network.applications[NODE][GATE]
    after = (await node.ask("alpha", "/v1/events?after=now")).json["next"]
    token = await node.token("alpha", seconds=60)
    path = f"/v1/events?after={after}&wait=20"
    signed = node.signer("alpha").headers("GET", node.url + path, None)
    headers = signed if how == "key" else {"Authorization": f"Bearer {token}"}
    waiting = asyncio.create_task(node.send("GET", path, headers))
    streams = node.network.applications[NODE][STREAMS]
    await eventually(lambda: streams.waiting)
    if how == "token":
        monkeypatch.setattr(gate, "now", lambda: node.network.now() + 61_000)
    else:
        monkeypatch.setattr("amanat.node.api.access.gate.reader_of", _unproven)
    await node.network.do("beta", Transfer("beta", "gamma", RUPEE, 1))
    answer = await waiting
    assert (answer.status, answer.json["code"]) == (401, "authentication_failed")


def _unproven(*_: object) -> Reader:
    raise Unproven("the key was blocked")


@pytest.mark.parametrize("key", ["suspended", "ended", "dead", "nobody-knows"])
async def test_a_key_that_does_not_count_gets_nothing(node: Confidential, key: str) -> None:
    for path in ("/v1/events", "/v1/events?wait=1"):
        assert (await node.ask(key, path)).status == 401
