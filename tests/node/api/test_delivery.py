"""What goes with every answer: the height it speaks of, its tag, compression, who may ask."""

import gzip
import zlib
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from msgspec.structs import replace

from amanat.ledger.encoding import encode
from amanat.ledger.operations import Transfer
from amanat.node.api import requests
from amanat.node.api.application import ROUTES
from amanat.node.api.contracts import Lasts
from amanat.node.api.delivery import PACKED_FROM, packed_once
from amanat.node.api.problems import CATALOGUE
from tests.ledger.world import RUPEE
from tests.node.conftest import Answer, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORIGIN = "https://office.example"
TOO_LATE = 2**63 - 1


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def raw(api: Api) -> AsyncIterator[Api]:
    """Ask with nothing but the headers that a test gives, and see the bytes as they are sent."""
    async with ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as own:
        yield Api(api.network, own)


@pytest.mark.parametrize(
    "path",
    ["/livez", "/v1/status", "/v1/instruments", "/v1/instruments/USD", "/v1/none", "/docs", "/"],
)
async def test_every_answer_says_of_which_height_and_root_it_speaks(api: Api, path: str) -> None:
    await api.network.level()
    final = api.network.nodes["mof"].chain.final
    answer = await api.get(path)
    assert answer.headers["Ledger-Height"] == str(final.height)
    assert answer.headers["Ledger-Root"] == final.tree.root.hex()


async def tag(api: Api, path: str, **headers: str) -> str:
    answer = await api.get(path, **headers)
    assert answer.status == 200
    return _header(answer, "etag")


def _header(answer: Answer, wanted: str) -> str:
    return {name.lower(): value for name, value in answer.headers.items()}[wanted]


async def test_what_is_at_hand_is_not_sent_again(api: Api) -> None:
    for path in ("/v1/blocks/1", "/v1/instruments", "/v1/genesis", "/v1/openapi.json"):
        known = await tag(api, path)
        for told in (known, f"W/{known}", f'"other", {known}', "*"):
            again = await api.get(path, **{"If-None-Match": told})
            assert (again.status, again.body) == (HTTPStatus.NOT_MODIFIED, b"")
            assert again.headers["Ledger-Height"]
        assert (await api.get(path, **{"If-None-Match": '"other"'})).status == 200


async def test_what_has_changed_is_sent_again(api: Api) -> None:
    path = "/v1/accounts/alpha/holdings/PKR"
    known = await tag(api, path)
    await api.network.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
    await api.network.level()
    again = await api.get(path, **{"If-None-Match": known})
    assert again.status == 200
    assert _header(again, "etag") != known


async def test_two_nodes_give_one_answer_one_tag(api: Api) -> None:
    await api.network.level()
    tags = {
        _header(await api.get("/v1/instruments", at=name), "etag") for name in api.network.names
    }
    assert len(tags) == 1


async def test_what_a_node_says_of_this_moment_has_no_tag(api: Api) -> None:
    for path in ("/v1/status", "/livez", "/readyz"):
        names = {name.lower() for name in (await api.get(path)).headers}
        assert "etag" not in names


async def test_a_final_block_is_kept_for_ever_and_a_list_is_not(api: Api) -> None:
    assert "immutable" in (await api.get("/v1/blocks/1")).headers["Cache-Control"]
    assert "Cache-Control" not in (await api.get("/v1/blocks")).headers


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "*", "GZIP"])
async def test_a_long_answer_is_compressed_for_who_takes_it(raw: Api, accepted: str) -> None:
    plain = await raw.get("/v1/operations")
    packed = await raw.get("/v1/operations", **{"Accept-Encoding": accepted})
    assert len(plain.body) > PACKED_FROM
    assert _header(packed, "content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    for each in (plain, packed):
        assert "Accept-Encoding" in each.headers["Vary"]
    assert _header(plain, "etag") != _header(packed, "etag")
    known = {"If-None-Match": _header(packed, "etag")}
    assert (await raw.get("/v1/operations", **known)).status == HTTPStatus.NOT_MODIFIED


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br", "gzip;q=none"])
async def test_it_is_not_for_who_does_not(raw: Api, accepted: str) -> None:
    answer = await raw.get("/v1/operations", **{"Accept-Encoding": accepted})
    assert "content-encoding" not in {name.lower() for name in answer.headers}
    assert answer.json


async def test_what_a_batch_is_answered_is_sent_as_it_is(api: Api) -> None:
    batch = [api.network.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))] * 9
    answer = await api.post(encode(batch), path="/v1/transactions:batch")
    assert len(answer.body) > PACKED_FROM
    assert "content-encoding" not in {name.lower() for name in answer.headers}


async def test_a_short_answer_is_sent_as_it_is(raw: Api) -> None:
    answer = await raw.get("/livez", **{"Accept-Encoding": "gzip"})
    assert answer.json == {"status": "live"}
    with pytest.raises(zlib.error):
        zlib.decompress(answer.body, wbits=31)


async def test_no_page_of_another_origin_may_ask_unless_settings_name_it(api: Api) -> None:
    answer = await api.get("/v1/status", Origin=ORIGIN)
    assert not {name for name in answer.headers if name.startswith("Access-Control")}
    asked = await api.request("OPTIONS", "/v1/status", headers=_asking(ORIGIN))
    assert asked.status == HTTPStatus.METHOD_NOT_ALLOWED


def _asking(origin: str) -> dict[str, str]:
    return {"Origin": origin, "Access-Control-Request-Method": "GET"}


async def test_a_page_of_an_origin_that_settings_name_may_ask(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = api.network.nodes["mof"]
    listener = replace(node.settings.api, cors_origins=(ORIGIN,))
    monkeypatch.setattr(node, "settings", replace(node.settings, api=listener))
    answer = await api.get("/v1/status", Origin=ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Ledger-Height" in answer.headers["Access-Control-Expose-Headers"]
    assert "Origin" in answer.headers["Vary"]
    asked = await api.request("OPTIONS", "/v1/accounts/alpha", headers=_asking(ORIGIN))
    assert asked.status == HTTPStatus.NO_CONTENT
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers
    for other in ("https://office.example.org", "http://office.example", "null"):
        answer = await api.get("/v1/status", Origin=other)
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
        asked = await api.request("OPTIONS", "/v1/status", headers=_asking(other))
        assert asked.status == HTTPStatus.METHOD_NOT_ALLOWED


async def test_what_may_be_asked_again_says_when() -> None:
    for kind in CATALOGUE.values():
        limited = kind.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
        assert (kind.retry_after is not None) == limited, kind.code
        assert kind.retryable or not limited


async def test_the_answer_says_when_too(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "PATIENCE_SECONDS", 0.01)
    answer = await api.get(f"/v1/transactions/{'0' * 64}?min_height={TOO_LATE}")
    assert (answer.status, answer.json["code"]) == (503, "behind")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    "path",
    ["/v1/blocks", "/v1/blocks/1", "/v1/record", "/v1/evidence", "/v1/transactions/" + "0" * 64],
)
async def test_every_read_of_the_ledger_can_be_linearizable(api: Api, path: str) -> None:
    await api.network.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
    leader = await api.network.led()
    follower = await api.network.follower()
    height = leader.chain.final.height
    answer = await api.get(f"{path}?consistency=linearizable", at=follower.name)
    assert answer.status == 200
    assert int(answer.headers["Ledger-Height"]) >= height
    wrong = await api.get(f"{path}?consistency=eventual")
    assert (wrong.status, wrong.json["code"]) == (400, "malformed_request")


async def test_what_gives_a_secret_lasts_a_moment() -> None:
    secret = [each for each in ROUTES if each.handler.contract.keeps_secret]
    assert [each.path for each in secret] == ["/v1/tokens"]
    assert all(each.handler.contract.lasts is Lasts.A_MOMENT for each in secret)


async def test_what_stays_while_a_node_runs_is_compressed_once(raw: Api) -> None:
    packed_once.cache_clear()
    asked = {"Accept-Encoding": "gzip"}
    first = await raw.get("/v1/openapi.json", **asked)
    again = await raw.get("/v1/openapi.json", **asked)
    assert first.body == again.body
    assert gzip.decompress(first.body).startswith(b'{"openapi"')
    assert packed_once.cache_info()[:2] == (1, 1)
    await raw.get("/v1/instruments", **asked)
    assert packed_once.cache_info().currsize == 1


async def test_the_head_of_an_answer_is_that_answer_without_its_body(api: Api) -> None:
    async with ClientSession(headers={"Accept-Encoding": "gzip"}) as session:
        for path in ("/v1/instruments", "/v1/status", "/v1/accounts/nobody", "/readyz", "/docs"):
            url = api.network.url("mof") + path
            async with session.get(url) as whole, session.head(url) as head:
                assert (head.status, await head.read()) == (whole.status, b"")
                for name in ("Content-Type", "ETag", "Cache-Control"):
                    assert head.headers.get(name) == whole.headers.get(name), (path, name)
        instruments = api.network.url("mof") + "/v1/instruments"
        async with session.get(instruments) as whole:
            known = {"If-None-Match": whole.headers["ETag"]}
        async with session.head(instruments, headers=known) as unchanged:
            assert unchanged.status == 304
        async with session.head(api.network.url("mof") + "/v1/events") as refused:
            assert refused.status == 405
