"""What the API says of itself, to programs and to people: its description, its table, its problems.

The pages need no other server, no script and no font from elsewhere.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from amanat.node.api.access.gate import Route
from amanat.node.api.contracts import Contract, described
from amanat.node.api.problems import CATALOGUE, ApiProblem, ProblemKind
from amanat.node.api.reference.openapi import describe
from amanat.node.api.reference.sections import sections
from amanat.node.api.requests import NODE, answer

_pages: Final = Environment(
    loader=PackageLoader("amanat.node.api.reference"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _prose(text: str) -> Markup:
    """Return words as HTML, with what stands in backticks as code."""
    parts = (escape(each) for each in text.split("`"))
    marked = (
        Markup("<code>{}</code>").format(each) if number % 2 else each
        for number, each in enumerate(parts)
    )
    return Markup().join(marked)


_pages.filters["prose"] = _prose

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class RouteView(msgspec.Struct, frozen=True):
    """A route, and for whom it is."""

    method: str
    path: str
    description: str
    readers: str


class Reference:
    """What there is to say of a table of routes. It never changes while a node runs."""

    def __init__(self, routes: Sequence[Route]) -> None:
        document = describe(routes)
        self.description = msgspec.json.encode(document)
        self.routes: list[object] = [
            RouteView(each.method, each.path, each.handler.summary, each.scope.readers)
            for each in routes
        ]
        self.page = _pages.get_template("reference.html").render(
            sections=sections(routes), document=document
        )


REFERENCE: Final = web.AppKey("reference", Reference)


@described(Contract("listRoutes", list[RouteView], reads=False, command="amanat route list"))
async def routes(request: web.Request) -> web.Response:
    """List all routes, and who may read what they show."""
    return answer(request.app[NODE], request.app[REFERENCE].routes)


@described(Contract("listProblems", list[ProblemKind], reads=False, command="amanat problem list"))
async def problems(request: web.Request) -> web.Response:
    """List every problem with which the API refuses."""
    return answer(request.app[NODE], list(CATALOGUE.values()))


@described(
    Contract(
        "showProblem",
        ProblemKind,
        problems=("not_found",),
        reads=False,
        also=("text/html",),
        command="amanat problem show {code}",
    )
)
async def problem(request: web.Request) -> web.Response:
    """Explain a problem: what it means, whether to ask again, and what would be right."""
    code = request.match_info["code"]
    kind = CATALOGUE.get(code)
    if kind is None:
        raise ApiProblem("not_found", f"no problem has the code {code!r}")
    if wants_page(request):
        return _page(_pages.get_template("problem.html").render(problem=kind))
    return answer(request.app[NODE], kind)


@described(Contract("describeApi", dict[str, Any], reads=False))
async def description(request: web.Request) -> web.Response:
    """Return the description of this API: OpenAPI 3.1."""
    text = request.app[REFERENCE].description
    return web.Response(body=text, content_type="application/json")


@described(Contract("showDocs", None, reads=False, also=("text/html",)))
async def docs(request: web.Request) -> web.Response:
    """Show the description of this API as a page, with examples."""
    return _page(request.app[REFERENCE].page)


@described(Contract("showDocsStyle", None, reads=False, also=("text/css",)))
async def style(request: web.Request) -> web.Response:
    """Return the style sheet of these pages."""
    del request
    text = _pages.get_template("style.css").render()
    return web.Response(text=text, content_type="text/css")


def wants_page(request: web.Request) -> bool:
    """Return whether who asks prefers a page to JSON, as browsers do."""
    accepted = [each.split(";")[0].strip() for each in request.headers.get("Accept", "").split(",")]
    if "text/html" not in accepted:
        return False
    before = accepted[: accepted.index("text/html")]
    return "application/json" not in before


def _page(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)
