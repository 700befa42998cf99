"""The pages about the API: whole, for people, and out of one node with no other server."""

import asyncio
import shutil
from html.parser import HTMLParser
from typing import Any

import pytest

from amanat.node.api.application import ROUTES
from amanat.node.api.problems import CATALOGUE
from amanat.node.api.reference import snippets
from amanat.node.api.reference.python_snippets import python
from tests.node.conftest import Answer, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Page(HTMLParser):
    """What a page refers to, and whether its tags close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            if name in ("href", "src", "action"):
                self.links.append(value or "")
            if name == "id":
                self.ids.add(value or "")
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(answer: Answer) -> Page:
    assert answer.status == 200
    assert answer.content_type == "text/html"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    shown = Page(answer.body.decode())
    assert shown.open == []
    assert not shown.tags & {"script", "style", "img", "iframe"}
    assert not [link for link in shown.links if "//" in link]
    return shown


async def test_every_operation_is_on_the_page(api: Api) -> None:
    answer = await api.get("/docs")
    shown = page(answer)
    assert {each.handler.contract.id for each in ROUTES} <= shown.ids
    assert {link[1:] for link in shown.links if link.startswith("#")} <= shown.ids
    text = answer.body.decode()
    for each in ROUTES:
        assert each.path in text


async def test_what_the_page_links_to_is_there(api: Api) -> None:
    for link in {link for link in page(await api.get("/docs")).links if not link.startswith("#")}:
        assert (await api.get(link)).status == 200, link


@pytest.mark.parametrize("code", CATALOGUE)
async def test_a_browser_is_shown_what_a_problem_means(api: Api, code: str) -> None:
    asked = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = await api.get(f"/v1/problems/{code}", **asked)
    page(answer)
    text = answer.body.decode()
    assert "Ask again?" in text
    assert code in text
    assert "Accept" in answer.headers["Vary"]
    for accepted in ("application/json", "*/*", "application/json, text/html"):
        told = await api.get(f"/v1/problems/{code}", Accept=accepted)
        assert (told.content_type, told.json["code"]) == ("application/json", code)


@pytest.mark.parametrize("route", ROUTES, ids=lambda each: each.handler.contract.id)
async def test_what_is_shown_to_be_typed_is_sound(route: Any) -> None:
    compile(python(route), "snippet", "exec")
    told = snippets.curl(route)
    assert bool(told) == (not route.handler.contract.keeps_secret)
    assert "{" not in told + snippets.command(route)
    bash = shutil.which("bash")
    assert bash is not None
    checked = await asyncio.create_subprocess_exec(bash, "-n", "-c", told)
    assert await checked.wait() == 0
