"""The commands that show what is under one path of the API."""

from typing import Any

import pytest

from amanat.ledger.wording import moment
from amanat.node.api.application import ROUTES
from amanat.node.cli.read_commands import places
from amanat.node.cli.reads import READS
from tests.ledger.world import RUPEE
from tests.node.cli.market import PAYER, Market
from tests.node.cli.running import Amanat

BY_PATH = {route.path: route.handler.contract for route in ROUTES if route.method == "GET"}
ABSENT = {"order show", "day show", "day show-instrument"}


EXAMPLES = {
    "account": PAYER,
    "instrument": RUPEE,
    "participant": "custodian-a",
    "date": "2026-01-05",
    "order": "order-1",
    "height": "1",
    "code": "not_found",
}


def some_transaction(amanat: Amanat, market: Market) -> str:
    """Return the id of a transaction that is final."""
    for block in amanat("block", "list", "--api", market.api, "-o", "json").json:
        shown = amanat("block", "show", block["height"], "--api", market.api, "-o", "json").json
        if shown["transactions"]:
            return str(shown["transactions"][0])
    raise AssertionError("no block has a transaction")


@pytest.mark.parametrize("read", READS, ids=lambda each: each.name)
def test_each_reads_a_route_whose_description_shows_it(read: Any) -> None:
    contract = BY_PATH[read.path]
    assert contract.command.startswith(f"amanat {read.noun} ")
    asked = {query.name for query in contract.query}
    assert ("as_of" in asked) == read.past
    assert ("wait" in asked) == read.waits
    assert ("limit" in asked) == bool(read.pages)


@pytest.mark.parametrize("read", READS, ids=lambda each: each.name)
def test_each_shows_what_a_node_tells(read: Any, amanat: Amanat, market: Market) -> None:
    known = {**EXAMPLES, "transaction": some_transaction(amanat, market)}
    given = [known[place] for place in places(read.path)]
    ended = amanat(*read.name.split(), *given, "--api", market.api, "-o", "json")
    if read.name in ABSENT:
        assert ended.failed(5).startswith("not_found: ")
        return
    assert ended.json or read.verb.startswith("list")
    assert amanat(*read.name.split(), *given, "--api", market.api).code == 0


def test_a_list_of_many_pages_is_read_as_one(amanat: Amanat, market: Market) -> None:
    (last, *_) = amanat("block", "list", "--limit", 1, "--api", market.api, "-o", "json").json
    shown = amanat(
        "block", "list", "--limit", last["height"], "--api", market.api, "-o", "json"
    ).json
    heights = [each["height"] for each in shown]
    assert heights == list(range(heights[0], 0, -1))
    assert len(amanat("block", "list", "--limit", 2, "--api", market.api, "-o", "json").json) == 2


def test_a_table_shows_times_as_people_read_them(amanat: Amanat, market: Market) -> None:
    shown = amanat("block", "show", 1, "--api", market.api, "-o", "json").json
    table = amanat("block", "show", 1, "--api", market.api).out
    (told,) = (line.split()[1] for line in table.splitlines() if line.startswith("time "))
    assert told == moment(shown["time"])


def test_holdings_are_listed_as_they_were(amanat: Amanat, market: Market) -> None:
    asked = ("holding", "list", PAYER, "--api", market.api, "-o", "json")
    assert [each["instrument"] for each in amanat(*asked).json] == [RUPEE]
    assert amanat(*asked, "--at-height", 1).failed(5).startswith("not_found: ")
    told = amanat(*asked, "--at-height", 1, "--as-of", "2026-01-05").failed(2)
    assert told == "--as-of and --at-height exclude each other"


@pytest.mark.parametrize("name", ["", "..", "a/b", "é", "\udcff", "?x=1", "#", "%2e"])
def test_whatever_is_typed_names_an_account_or_none(
    name: str, amanat: Amanat, market: Market
) -> None:
    ended = amanat("account", "show", name, "--api", market.api)
    if name in ("", ".."):
        assert ended.failed(2) == f"account {name!r} is no name"
    else:
        assert ended.failed(5).startswith(("not_found: ", "malformed_request: "))
