"""What a node says of the network, of itself, and of whether it can serve."""

from pathlib import Path

import pytest
from aiohttp import ClientSession

from amanat.config.genesis_file import from_json
from amanat.ledger.operations import OPERATIONS
from amanat.node.api.application import ROUTES
from amanat.node.api.problems import CATALOGUE
from tests.node.conftest import Api
from tests.node.network import eventually, network

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_status_is_this_node_at_this_moment(api: Api) -> None:
    for name, node in api.network.nodes.items():
        shown = (await api.get("/v1/status", at=name)).json
        assert shown["name"] == name
        assert shown["class"] == ("custodian" if name == "cdc" else "sovereign")
        assert shown["role"] == node.status.role
        assert shown["height"] == node.chain.final.height
        assert shown["leader"] == (await api.network.led()).name
        assert shown["api"] == api.network.url(name)


async def test_the_network_is_shown_with_its_quorum_and_authorities(api: Api) -> None:
    shown = (await api.get("/v1/network")).json
    assert shown["chain"] == api.network.document.chain_id().hex()
    assert (shown["quorum"], shown["sovereign_min"]) == (2, 1)
    assert {each["name"]: each["api"] for each in shown["authorities"]} == {
        name: api.network.url(name) for name in api.network.names
    }


async def test_the_genesis_document_is_handed_out_whole(api: Api) -> None:
    shown = (await api.get("/v1/genesis")).body.decode()
    assert from_json(shown) == api.network.document


async def test_every_operation_is_listed_with_what_it_takes(api: Api) -> None:
    listed = (await api.get("/v1/operations")).json
    assert [each["name"] for each in listed] == [
        operation.__struct_config__.tag for operation in OPERATIONS
    ]
    for each in listed:
        assert all(each[field] for field in ("description", "fields", "signers", "refusals"))


async def test_every_route_is_listed_and_says_what_it_does(api: Api) -> None:
    listed = (await api.get("/v1/routes")).json
    assert [(each["method"], each["path"]) for each in listed] == [
        (each.method, each.path) for each in ROUTES
    ]
    assert all(each["description"].endswith(".") for each in listed)


async def test_every_problem_has_a_page(api: Api) -> None:
    listed = (await api.get("/v1/problems")).json
    assert {each["code"] for each in listed} == set(CATALOGUE)
    for each in listed:
        assert (await api.get(f"/v1/problems/{each['code']}")).json == each


async def test_blocks_are_listed_newest_first_and_page_by_page(api: Api) -> None:
    top = api.network.nodes[api.at].chain.final.height
    pages: list[int] = []
    before = top + 1
    while before > 1:
        page = (await api.get(f"/v1/blocks?before={before}&limit=3")).json
        pages += [block["height"] for block in page]
        before = page[-1]["height"]
    assert pages == list(range(top, 0, -1))


async def test_a_block_says_who_made_it_final_and_may_be_cached_for_ever(api: Api) -> None:
    answer = await api.get("/v1/blocks/2")
    assert answer.json["height"] == 2
    assert answer.json["certified_at"] >= 2
    assert len(answer.json["signers"]) >= 2
    assert "immutable" in answer.headers["Cache-Control"]
    parent = (await api.get("/v1/blocks/1")).json
    assert answer.json["parent"] == parent["hash"]
    assert (parent["opens_term"], answer.json["opens_term"]) == (True, False)


async def test_a_working_node_is_live_and_ready(api: Api) -> None:
    assert (await api.get("/livez")).json == {"status": "live"}
    answer = await api.get("/readyz")
    assert (answer.status, answer.json["status"]) == (200, "ready")
    assert all(check["ok"] for check in answer.json["checks"].values())


async def test_a_node_without_a_leader_is_live_and_says_why_it_is_not_ready(
    tmp_path: Path,
) -> None:
    async with network(tmp_path) as running, ClientSession() as session:
        api = Api(running, session)
        survivor = await running.follower()
        for name in [name for name in running.names if name != survivor.name]:
            await running.stop(name)
        await eventually(lambda: survivor.status.leader is None)
        assert (await api.get("/livez", at=survivor.name)).status == 200
        answer = await api.get("/readyz", at=survivor.name)
        assert (answer.status, answer.json["status"]) == (503, "not_ready")
        assert answer.json["checks"]["leader"] == {"ok": False, "detail": "nobody leads"}
        assert answer.json["checks"]["peers"]["detail"] == "0 of 2 peers connected"
        shown = await api.get("/v1/status", at=survivor.name)
        assert shown.json["leader"] is None
