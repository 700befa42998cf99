"""Reading events: each is given once and in order, whatever the pages are like."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.client.asking import Nodes
from amanat.client.errors import Refused, Unreachable
from amanat.client.exchange import Answer, Pause, Send
from amanat.client.feed import Feed, Wanted

NODES = ("http://one", "http://two")
Serve = Callable[[str, dict[str, list[str]]], tuple[int, Any]]


def page(feed: Feed, serve: Serve) -> list[dict[str, Any]]:
    """Read one page from nodes that answer by `serve`."""
    conversation = feed.next()
    try:
        step = next(conversation)
        while True:
            if isinstance(step, Pause):
                step = conversation.send(None)
                continue
            assert isinstance(step, Send)
            query = parse_qs(urlsplit(step.request.path).query)
            status, shown = serve(step.url, query)
            step = conversation.send(Answer(status, {}, json.dumps(shown).encode()))
    except StopIteration as end:
        return list(end.value)


def node(count: int, size: int) -> Serve:
    """Return a node that has so many events, and shows so many at a time; cursors are numbers."""

    def serve(url: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        del url
        first = int(query.get("after", ["0"])[0])
        events = [{"cursor": str(n + 1)} for n in range(first, min(first + size, count))]
        following = min(first + size, count)
        return 200, {"events": events, "next": str(following), "complete": following == count}

    return serve


def always(status: int, shown: Any) -> Serve:
    """Return a node that answers the same whatever it is asked."""

    def serve(*_: object) -> tuple[int, Any]:
        return status, shown

    return serve


@given(st.integers(0, 30), st.integers(1, 7), st.integers(0, 30))
def test_every_event_is_given_once_from_any_cursor_on(count: int, size: int, start: int) -> None:
    feed = Feed(Nodes(NODES), Wanted(), str(min(start, count)))
    found: list[str] = []
    while not feed.is_over:
        found += [each["cursor"] for each in page(feed, node(count, size))]
    assert found == [str(n + 1) for n in range(min(start, count), count)]
    assert feed.cursor == str(count)


def test_it_asks_for_what_is_wanted() -> None:
    asked: list[dict[str, list[str]]] = []

    def serve(url: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        del url
        asked.append(query)
        return 200, {"events": [], "next": "0", "complete": True}

    page(Feed(Nodes(NODES), Wanted("a b", "PKR", ("issued", "redeemed")), "now"), serve)
    assert asked[0]["account"] == ["a b"]
    assert asked[0]["instrument"] == ["PKR"]
    assert asked[0]["name"] == ["issued", "redeemed"]
    assert asked[0]["after"] == ["now"]
    assert "wait" not in asked[0]


def test_one_that_follows_waits_once_it_has_all_and_is_never_over() -> None:
    waits: list[bool] = []

    def serve(url: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        waits.append("wait" in query)
        return node(3, 2)(url, query)

    feed = Feed(Nodes(NODES), Wanted(), follow=True)
    found = [[each["cursor"] for each in page(feed, serve)] for _ in range(4)]
    assert found == [["1", "2"], ["3"], [], []]
    assert waits == [False, False, True, True]
    assert not feed.is_over


def test_another_node_goes_on_with_the_same_cursor() -> None:
    feed = Feed(Nodes(NODES), Wanted())
    assert len(page(feed, node(4, 2))) == 2

    def one_is_gone(url: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if url == NODES[0]:
            return 503, {"code": "behind", "retryable": True}
        return node(4, 2)(url, query)

    assert [each["cursor"] for each in page(feed, one_is_gone)] == ["3", "4"]


def test_what_no_node_keeps_is_refused() -> None:
    feed = Feed(Nodes(NODES), Wanted())
    with pytest.raises(Refused) as refused:
        page(feed, always(410, {"code": "pruned", "figures": {"after": "9"}}))
    assert refused.value.code == "pruned"


@pytest.mark.parametrize(
    "shown", [[], {}, {"events": 1, "next": "1", "complete": True}, {"events": [], "next": 1}]
)
def test_what_is_no_page_is_no_answer(shown: Any) -> None:
    with pytest.raises(Unreachable):
        page(Feed(Nodes(NODES), Wanted()), always(200, shown))
