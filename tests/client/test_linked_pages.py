"""Lists with cursors are given whole, whatever leaves them while they are read."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from amanat.client.asking import Nodes
from amanat.client.exchange import Answer, Send
from amanat.client.linked_pages import LinkedPages, holds, proposals

PAGES_MAX = 100


def served(pages: LinkedPages, serve: Callable[[str | None], Answer]) -> list[str]:
    """Read a list to its end from a node that answers each cursor by `serve`."""
    found: list[str] = []
    for _ in range(PAGES_MAX):
        if pages.is_over:
            return found
        conversation = pages.next()
        try:
            step = next(conversation)
            while True:
                assert isinstance(step, Send)
                asked = parse_qs(urlsplit(step.request.path).query).get("after", [None])
                step = conversation.send(serve(asked[0]))
        except StopIteration as end:
            found += [each["id"] for each in end.value]
    raise AssertionError("the list has no end")


def page(ids: list[str], following: str | None = None) -> Answer:
    headers = {} if following is None else {"link": f'</v1/x?after={following}>; rel="next"'}
    return Answer(200, headers, json.dumps([{"id": each} for each in ids]).encode())


GONE = Answer(404, {}, b'{"code": "not_found"}')


def test_pages_are_followed_to_the_end() -> None:
    pages = {None: page(["a", "b"], "b"), "b": page(["c", "d"], "d"), "d": page(["e"])}
    assert served(proposals(Nodes(["http://one"])), lambda cursor: pages[cursor]) == list("abcde")


def test_a_cursor_that_is_gone_is_gone_behind() -> None:
    asked: list[str | None] = []

    def serve(cursor: str | None) -> Answer:
        asked.append(cursor)
        if cursor == "d":
            return GONE
        left = {None: page(["a", "b"], "b"), "b": page(["c", "d"], "d")}
        return page(["c", "e"]) if asked.count("b") == 2 else left[cursor]

    assert served(proposals(Nodes(["http://one"])), serve) == list("abcde")
    assert asked == [None, "b", "d", "b"]


def test_a_circle_ends() -> None:
    found = served(holds(Nodes(["http://one"]), "a"), lambda _: page(["a", "b"], "b"))
    assert found == ["a", "b"]
