"""The explorer: what a person sees, and that nothing on the ledger can run in a browser."""

import pytest

from amanat.ledger.operations import RegisterInstrument, Transfer
from amanat.ledger.terms import CashTerms
from tests.ledger.world import BILL, RUPEE
from tests.node.conftest import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def page(api: Api, path: str, status: int = 200) -> str:
    answer = await api.get(path)
    assert (answer.status, answer.content_type) == (status, "text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer.body.decode()


async def test_home_shows_the_network_its_instruments_and_its_latest_blocks(api: Api) -> None:
    text = await page(api, "/")
    assert "test-network" in text
    assert all(name in text for name in ("mof", "sbp", "cdc", BILL, RUPEE))
    assert '<a href="/blocks/2">2</a>' in text
    assert "This node is ready." in text


async def test_a_block_leads_to_its_transactions_and_they_to_their_outcome(api: Api) -> None:
    done = await api.network.do("alpha", Transfer("alpha", "beta", RUPEE, 4321))
    await api.network.level()
    block = await page(api, f"/blocks/{done.height}")
    assert f"/transactions/{done.id.hex()}" in block
    text = await page(api, f"/transactions/{done.id.hex()}")
    assert "committed" in text
    assert "4321" in text


async def test_a_rejection_is_shown_with_its_figures(api: Api) -> None:
    done = await api.network.do("alpha", Transfer("alpha", "beta", RUPEE, 10**15))
    await api.network.level()
    text = await page(api, f"/transactions/{done.id.hex()}")
    assert "insufficient_holding" in text
    assert "1000000000000000" in text


@pytest.mark.parametrize(
    ("typed", "place"),
    [("2", "/blocks/2"), (" 2 ", "/blocks/2"), ("AB" * 32, "/transactions/" + "ab" * 32)],
)
async def test_search_finds_a_height_or_an_id(api: Api, typed: str, place: str) -> None:
    url = api.network.url(api.at)
    async with api.session.get(
        url + "/search", params={"q": typed}, allow_redirects=False
    ) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, place)


@pytest.mark.parametrize(
    "path", ["/blocks/999999", "/blocks/0", "/search?q=money", "/search", "/search?q=%3Cb%3E"]
)
async def test_what_is_not_there_is_said_to_be_missing(api: Api, path: str) -> None:
    text = await page(api, path, 404)
    assert "<b>" not in text


async def test_an_unknown_transaction_is_shown_as_unknown(api: Api) -> None:
    assert "unknown" in await page(api, "/transactions/" + "ab" * 32)


async def test_what_stands_on_the_ledger_cannot_run_in_a_browser(api: Api) -> None:
    hostile = RegisterInstrument("XSS", "sbp", "<script>alert('x')</script>", CashTerms("XSS", 2))
    assert (await api.network.do("sbp", hostile)).state == "committed"
    await api.network.level()
    text = await page(api, "/")
    assert "<script" not in text
    assert "&lt;script&gt;" in text


async def test_the_style_sheet_is_served(api: Api) -> None:
    answer = await api.get("/style.css")
    assert (answer.status, answer.content_type) == (200, "text/css")
