"""Paths and pages: a list is given whole, whatever leaves it while it is read."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amanat.client.asking import Nodes
from amanat.client.errors import Refused
from amanat.client.exchange import Answer, Request, Send
from amanat.client.reading import PAGE, Pages, blocks, members_of, path_of

NODES = ("http://one",)


def served(pages: Pages, serve: Callable[[dict[str, str]], Any]) -> list[dict[str, Any]]:
    """Read a list to its end from a node that answers each query by `serve`."""
    found: list[dict[str, Any]] = []
    for _ in range(1000):
        if pages.is_over:
            return found
        conversation = pages.next()
        try:
            step = next(conversation)
            while True:
                assert isinstance(step, Send)
                step = conversation.send(_answered(step.request, serve))
        except StopIteration as end:
            found += end.value
    raise AssertionError("the list has no end")


def _answered(request: Request, serve: Callable[[dict[str, str]], Any]) -> Answer:
    query = {name: each[0] for name, each in parse_qs(urlsplit(request.path).query).items()}
    shown = serve(query)
    if shown is None:
        return Answer(404, {}, b'{"code": "not_found"}')
    return Answer(200, {}, json.dumps(shown).encode())


def members(left: list[str], query: dict[str, str]) -> list[dict[str, str]] | None:
    """Answer as nodes do: from an id on, that must be there."""
    start = query.get("from")
    if start is not None and start not in left:
        return None
    first = 0 if start is None else left.index(start)
    return [{"id": each} for each in left[first : first + int(query["limit"])]]


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 3 * PAGE + 7])
def test_each_entry_is_given_once_in_order(count: int) -> None:
    ids = [str(n) for n in range(count)]
    pages = members_of(Nodes(NODES), "accounts", "a", "pledges")
    assert [each["id"] for each in served(pages, lambda query: members(ids, query))] == ids


@settings(max_examples=40)
@given(st.data())
def test_what_is_there_throughout_is_given_once_whatever_leaves_or_enters(
    data: st.DataObject,
) -> None:
    left = [str(n) for n in range(data.draw(st.integers(0, 350), label="at first"))]
    lasting = set(left)
    turns = iter(range(10_000))

    def serve(query: dict[str, str]) -> Any:
        if next(turns) < 8 and left:
            first = data.draw(st.integers(0, len(left) - 1), label="leave from")
            gone = left[first : first + data.draw(st.sampled_from((0, 1, 99, 150)))]
            lasting.difference_update(gone)
            left[:] = [each for each in left if each not in gone]
            left.extend(f"new {len(left)} {next(turns)} {n}" for n in range(3))
        return members(left, query)

    pages = members_of(Nodes(NODES), "accounts", "a", "instructions")
    given_ids = [each["id"] for each in served(pages, serve)]
    assert len(given_ids) == len(set(given_ids))
    assert lasting <= set(given_ids)


@pytest.mark.parametrize(("top", "first"), [(0, 1), (5, 1), (PAGE, 1), (250, 1), (250, 41)])
def test_blocks_go_back_as_far_as_the_node_keeps_them(top: int, first: int) -> None:
    def serve(query: dict[str, str]) -> list[dict[str, int]]:
        before = int(query.get("before", top + 1))
        last = max(before - int(query["limit"]), first)
        return [{"height": height} for height in range(before - 1, last - 1, -1)]

    heights = [each["height"] for each in served(blocks(Nodes(NODES)), serve)]
    assert heights == list(range(top, first - 1, -1))


def test_a_list_that_is_not_there_is_refused() -> None:
    pages = members_of(Nodes(NODES), "accounts", "nobody", "pledges")
    with pytest.raises(Refused, match="not_found"):
        served(pages, lambda _: None)


def test_whatever_a_name_holds_it_stays_one_part_of_the_path() -> None:
    assert path_of("accounts", "../a?b#c%/ü") == "/v1/accounts/..%2Fa%3Fb%23c%25%2F%C3%BC"
    assert path_of("x", limit=1, **{"from": None}) == "/v1/x?limit=1"
    assert path_of("x", **{"from": "a&b"}) == "/v1/x?from=a%26b"
    assert path_of("accounts", "\ud800") == "/v1/accounts/%3F"
