"""The pages: home, a block, a transaction, and a search that finds either."""

from typing import Any, Final

import msgspec
from aiohttp import web
from jinja2 import Environment, PackageLoader, select_autoescape

from amanat.config.genesis_file import fingerprint
from amanat.config.settings import Readers
from amanat.node.api import blocks, instruments, network
from amanat.node.api.evidence import evidence_view
from amanat.node.api.messages import block_view, transaction_view
from amanat.node.api.requests import NODE
from amanat.node.monitoring.readiness import readiness
from amanat.node.node import Node

PATH: Final = "/"

_pages: Final = Environment(
    loader=PackageLoader("amanat.node.explorer"), autoescape=select_autoescape()
)
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def add_routes(application: web.Application) -> None:
    """Serve the explorer beside the API."""
    application.router.add_get("/", home)
    application.router.add_get("/style.css", style)
    application.router.add_get("/search", search)
    application.router.add_get("/blocks/{height:[0-9]{1,18}}", block)
    application.router.add_get("/transactions/{transaction:[0-9a-f]{64}}", transaction)


async def home(request: web.Request) -> web.Response:
    """Show the network, its instruments and its latest blocks."""
    node = request.app[NODE]
    return _page(
        node,
        "home.html",
        network=network.network_view(node),
        evidence=[evidence_view(each) for each in node.evidence],
        readiness=readiness(node),
        instruments=instruments.all_instruments(node),
        blocks=blocks.latest(node, node.chain.final.height + 1, 20),
    )


async def block(request: web.Request) -> web.Response:
    """Show a block, its transactions and who signed that it is final."""
    node = request.app[NODE]
    height = int(request.match_info["height"])
    header = node.store.header(height) if height <= node.chain.final.height else None
    certificate = node.store.certificate_from(height)
    if header is None or certificate is None or height < node.store.first_height:
        return _missing(node, f"block {height}")
    receipts = node.store.receipts(height)
    return _page(
        node,
        "block.html",
        block=block_view(header),
        certificate=certificate,
        transactions=[(r.transaction.hex(), r.outcome) for r in receipts],
        is_open=_is_open(node),
    )


async def transaction(request: web.Request) -> web.Response:
    """Show where a transaction stands and what it did, on a node that shows that to anyone."""
    node = request.app[NODE]
    identifier = request.match_info["transaction"]
    if not _is_open(node):
        return _page(node, "confidential.html", status=403, identifier=identifier)
    status = node.submissions.status(bytes.fromhex(identifier))
    return _page(node, "transaction.html", transaction=transaction_view(status))


async def search(request: web.Request) -> web.Response:
    """Go to the block or transaction that was typed."""
    wanted = request.query.get("q", "").strip().lower()
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= 18:
        raise web.HTTPSeeOther(f"/blocks/{wanted}")
    if len(wanted) == 64 and not set(wanted) - set("0123456789abcdef"):
        raise web.HTTPSeeOther(f"/transactions/{wanted}")
    return _missing(request.app[NODE], f"{wanted!r}: type a height, or a transaction's id")


async def style(request: web.Request) -> web.Response:
    """Serve the style sheet."""
    del request
    text = _pages.get_template("style.css").render()
    return web.Response(text=text, content_type="text/css")


def _is_open(node: Node) -> bool:
    """Return whether anyone may read what transactions did: the explorer asks nobody who it is."""
    return node.settings.api.readers is Readers.ANYONE


def _missing(node: Node, what: str) -> web.Response:
    return _page(node, "missing.html", status=404, what=what)


def _page(node: Node, template: str, status: int = 200, **content: Any) -> web.Response:
    text = _pages.get_template(template).render(
        status=network.status_view(node),
        fingerprint=fingerprint(node.chain_id),
        network_name=node.document.network,
        builtins=msgspec.to_builtins,
        **content,
    )
    return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)
