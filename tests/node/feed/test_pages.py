"""Events are read page by page; every cut gives the same, and no page costs without bound."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from amanat.ledger.operations import Transfer, TransferBatch
from amanat.ledger.operations.transfer_batch import Line
from amanat.ledger.state import State
from amanat.node.api.access.sight import Sight
from amanat.node.feed import pages
from amanat.node.feed.cursor import Place
from amanat.node.feed.filters import Filter
from amanat.node.feed.pages import Page, Told
from amanat.node.node import Node
from amanat.node.store import Store
from tests.ledger.world import RUPEE
from tests.node.network import LocalNetwork, network

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST = Place(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalNetwork]:
    root: Path = tmp_path_factory.mktemp("network")
    async with network(root, "mof") as running:
        await running.open_market()
        await running.do(
            "alpha", TransferBatch("alpha", RUPEE, (Line("beta", 1), Line("gamma", 2)))
        )
        await running.do("beta", Transfer("beta", "gamma", RUPEE, 3))
        yield running


@pytest.fixture
def node(market: LocalNetwork) -> Node:
    return market.nodes["mof"]


async def read(node: Node, start: Place = FIRST, limit: int = 1_000, **wanted: str) -> Page:
    final = node.chain.final
    sight = Sight(State(final.tree.get), None, everything=True)
    names = frozenset([wanted.pop("name")]) if "name" in wanted else None
    return await pages.read(
        node.store,
        start,
        final=final.height,
        sight=sight,
        wanted=Filter(**wanted, names=names),
        limit=limit,
    )


async def test_all_are_told_in_the_order_of_the_chain(node: Node) -> None:
    page = await read(node)
    places = [told.place for told in page.events]
    assert places == sorted(set(places))
    assert page.complete
    assert page.next == Place(node.chain.final.height + 1)
    (batch,) = {told.transaction for told in page.events if told.event.fields.get("amount") == 2}
    told = [each for each in page.events if each.transaction == batch]
    assert [(each.place.event, each.event.fields["target"]) for each in told] == [
        (0, "beta"),
        (1, "gamma"),
    ]
    header = node.store.header(told[0].place.height)
    assert header is not None
    assert told[0].time == header.time


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_of_any_size_tell_the_same(node: Node, limit: int) -> None:
    whole = (await read(node)).events
    told: list[Told] = []
    place, complete = Place(1), False
    while not complete:
        page = await read(node, place, limit)
        assert len(page.events) <= limit
        told += page.events
        place, complete = page.next, page.complete
    assert told == whole


async def test_whoever_was_told_one_goes_on_behind_it(node: Node) -> None:
    whole = (await read(node)).events
    for index, told in enumerate(whole):
        assert (await read(node, told.after)).events == whole[index + 1 :]


async def test_a_page_looks_through_so_many_blocks_and_no_more(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages._Budget, "__init__", lambda self: _spare(self, blocks=2))
    page = await read(node, name="redeemed")
    assert (page.events, page.next, page.complete) == ([], Place(3), False)


async def test_a_page_looks_through_so_many_transactions_and_no_more(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages._Budget, "__init__", lambda self: _spare(self, transactions=1))
    whole, place, complete, count = [], Place(1), False, 0
    while not complete:
        page = await read(node, place)
        assert page.next > place
        whole += page.events
        place, complete, count = page.next, page.complete, count + 1
    monkeypatch.undo()
    assert whole == (await read(node)).events
    assert count > 5


def _spare(budget: pages._Budget, *, blocks: int = 1_000, transactions: int = 1_000) -> None:
    budget.blocks, budget.transactions, budget.seen = blocks, transactions, 0


async def test_only_what_is_wanted_is_told(node: Node) -> None:
    told = (await read(node, account="gamma", instrument=RUPEE, name="transferred")).events
    assert [each.event.fields["source"] for each in told] == ["alpha", "beta"]


async def test_a_place_that_is_not_final_yet_is_waited_for(node: Node) -> None:
    ahead = Place(node.chain.final.height + 50, 3, 2)
    page = await read(node, ahead)
    assert (page.events, page.next, page.complete) == ([], ahead, True)


async def test_a_place_behind_the_end_of_its_block_leads_to_the_next(node: Node) -> None:
    whole = (await read(node)).events
    invented = Place(whole[0].place.height, 10**6, 10**6)
    assert (await read(node, invented)).events == [
        told for told in whole if told.place.height > invented.height
    ]


@pytest.mark.parametrize(
    ("everything", "kept"), [(True, 3), (False, 7)], ids=["a supervisor", "anybody else"]
)
async def test_whom_a_transaction_concerns_may_be_known_for_fewer_blocks_than_what_it_did(
    node: Node, monkeypatch: pytest.MonkeyPatch, *, everything: bool, kept: int
) -> None:
    monkeypatch.setattr(Store, "first_height", 3)
    monkeypatch.setattr(node.store, "base", 7)
    sight = Sight(State(node.chain.final.tree.get), None, everything=everything)
    assert pages.first_kept(node.store, sight) == kept
