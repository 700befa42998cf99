"""The HTTP API: its routes in one table."""

from typing import Final

import msgspec
from aiohttp import web

from amanat.node.api import (
    blocks,
    custody,
    days,
    dry_runs,
    evidence,
    instruments,
    network,
    orders,
    proposals,
    register,
    settlement,
    transactions,
)
from amanat.node.api.middleware import Handler, middleware
from amanat.node.api.problems import CATALOGUE, ApiProblem
from amanat.node.api.requests import BATCH_BYTES_MAX, NODE
from amanat.node.node import Node

ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("POST", "/v1/transactions", transactions.submit),
    ("POST", "/v1/transactions:batch", transactions.submit_batch),
    ("POST", "/v1/transactions:simulate", dry_runs.simulate),
    ("GET", "/v1/transactions/{transaction}", transactions.show),
    ("GET", "/v1/transactions/{transaction}/receipt", transactions.receipt),
    ("GET", "/v1/participants/{participant}", register.participant),
    ("GET", "/v1/participants/{participant}/custody", custody.custody),
    ("GET", "/v1/accounts/{account}", register.account),
    ("GET", "/v1/accounts/{account}/holdings", register.holdings),
    ("GET", "/v1/accounts/{account}/holdings/{instrument}", register.holding),
    ("GET", "/v1/accounts/{account}/orders", orders.on_account),
    ("GET", "/v1/accounts/{account}/holds", settlement.holds),
    ("GET", "/v1/accounts/{account}/pledges", settlement.pledges),
    ("GET", "/v1/accounts/{account}/instructions", settlement.instructions),
    ("GET", "/v1/accounts/{account}/settlements", settlement.settlements),
    ("GET", "/v1/settlements", settlement.dates),
    ("GET", "/v1/settlements/{date}", settlement.due_on),
    ("GET", "/v1/instruments", instruments.instruments),
    ("GET", "/v1/instruments/{instrument}", instruments.instrument),
    ("GET", "/v1/instruments/{instrument}/rules", custody.rules),
    ("GET", "/v1/instruments/{instrument}/orders", orders.on_instrument),
    ("GET", "/v1/orders/{order}", orders.order),
    ("GET", "/v1/instruments/{instrument}/tranches", instruments.tranches),
    ("GET", "/v1/instruments/{instrument}/documents", instruments.documents),
    ("GET", "/v1/borrowing/{instrument}", instruments.borrowing),
    ("GET", "/v1/days/open", days.open_day),
    ("GET", "/v1/days/{date}", days.closed_day),
    ("GET", "/v1/days/{date}/instruments/{instrument}", days.sealed),
    ("GET", "/v1/proposals", proposals.proposals),
    ("GET", "/v1/proposals/{proposal}", proposals.proposal),
    ("GET", "/v1/blocks", blocks.blocks),
    ("GET", "/v1/blocks/{height}", blocks.block),
    ("GET", "/v1/record", blocks.record),
    ("GET", "/v1/evidence", evidence.evidence),
    ("GET", "/v1/network", network.network),
    ("GET", "/v1/status", network.status),
    ("GET", "/v1/readiness", network.word),
    ("GET", "/v1/genesis", network.genesis),
    ("GET", "/v1/operations", network.operations),
    ("GET", "/livez", network.live),
    ("GET", "/readyz", network.ready),
)


def create(node: Node) -> web.Application:
    """Return the application that serves `node`."""
    application = web.Application(middlewares=[middleware], client_max_size=BATCH_BYTES_MAX)
    application[NODE] = node
    for method, path, handler in ROUTES:
        application.router.add_route(method, path, handler)
    application.router.add_get("/v1/routes", _routes)
    application.router.add_get("/v1/problems", _problems)
    application.router.add_get("/v1/problems/{code}", _problem)
    return application


async def _routes(request: web.Request) -> web.Response:
    del request
    lines = [
        {"method": method, "path": path, "description": (handler.__doc__ or "").split("\n")[0]}
        for method, path, handler in ROUTES
    ]
    return web.json_response(lines)


async def _problems(request: web.Request) -> web.Response:
    del request
    return web.Response(
        body=msgspec.json.encode(list(CATALOGUE.values())), content_type="application/json"
    )


async def _problem(request: web.Request) -> web.Response:
    code = request.match_info["code"]
    kind = CATALOGUE.get(code)
    if kind is None:
        raise ApiProblem("not_found", f"no problem has the code {code!r}")
    return web.Response(body=msgspec.json.encode(kind), content_type="application/json")
