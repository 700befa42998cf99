"""Events at a confidential node: each reader gets its own, and supervisors all, which is logged."""

import pytest

from amanat.node import access_log
from tests.node.api.access.confidential import NODE, Confidential

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
    assert [name for name, _ in alpha] == [
        "account-opened",
        "issued",
        "order-registered",
        "transferred",
        "account-moved",
    ]
    assert [name for name, _ in await names(node, "beta", "&account=alpha")] == []
    assert [name for name, _ in await names(node, "gamma", "&account=alpha")] == ["transferred"]
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


@pytest.mark.parametrize("key", ["suspended", "ended", "dead", "nobody-knows"])
async def test_a_key_that_does_not_count_gets_nothing(node: Confidential, key: str) -> None:
    for path in ("/v1/events", "/v1/events?wait=1"):
        assert (await node.ask(key, path)).status == 401
