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
    tokens,
    transactions,
)
from amanat.node.api.access.gate import GATE, Gate, Route, guarded
from amanat.node.api.access.scopes import (
    ACCOUNT,
    IN_PART,
    ORDER,
    PARTICIPANT,
    PARTICIPANTS,
    PROPOSAL,
    PUBLIC,
    SIGNERS,
    SUPERVISORS,
    TRANSACTION,
)
from amanat.node.api.middleware import middleware
from amanat.node.api.problems import CATALOGUE, ApiProblem
from amanat.node.api.requests import BATCH_BYTES_MAX, NODE
from amanat.node.node import Node

ROUTES: Final = (
    Route("POST", "/v1/transactions", transactions.submit, PUBLIC),
    Route("POST", "/v1/transactions:batch", transactions.submit_batch, PUBLIC),
    Route("POST", "/v1/transactions:simulate", dry_runs.simulate, PARTICIPANTS),
    Route("POST", "/v1/tokens", tokens.make, SIGNERS),
    Route("GET", "/v1/transactions/{transaction}", transactions.show, TRANSACTION),
    Route("GET", "/v1/transactions/{transaction}/receipt", transactions.receipt, TRANSACTION),
    Route("GET", "/v1/participants/{participant}", register.participant, PUBLIC),
    Route("GET", "/v1/participants/{participant}/custody", custody.custody, PARTICIPANT),
    Route("GET", "/v1/accounts/{account}", register.account, ACCOUNT),
    Route("GET", "/v1/accounts/{account}/holdings", register.holdings, ACCOUNT),
    Route("GET", "/v1/accounts/{account}/holdings/{instrument}", register.holding, ACCOUNT),
    Route("GET", "/v1/accounts/{account}/orders", orders.on_account, ACCOUNT),
    Route("GET", "/v1/accounts/{account}/holds", settlement.holds, ACCOUNT),
    Route("GET", "/v1/accounts/{account}/pledges", settlement.pledges, ACCOUNT),
    Route("GET", "/v1/accounts/{account}/instructions", settlement.instructions, ACCOUNT),
    Route("GET", "/v1/accounts/{account}/settlements", settlement.settlements, ACCOUNT),
    Route("GET", "/v1/settlements", settlement.dates, PUBLIC),
    Route("GET", "/v1/settlements/{date}", settlement.due_on, SUPERVISORS),
    Route("GET", "/v1/instruments", instruments.instruments, PUBLIC),
    Route("GET", "/v1/instruments/{instrument}", instruments.instrument, PUBLIC),
    Route("GET", "/v1/instruments/{instrument}/rules", custody.rules, PUBLIC),
    Route("GET", "/v1/instruments/{instrument}/orders", orders.on_instrument, PUBLIC),
    Route("GET", "/v1/orders/{order}", orders.order, ORDER),
    Route("GET", "/v1/instruments/{instrument}/tranches", instruments.tranches, PUBLIC),
    Route("GET", "/v1/instruments/{instrument}/documents", instruments.documents, PUBLIC),
    Route("GET", "/v1/borrowing/{instrument}", instruments.borrowing, PUBLIC),
    Route("GET", "/v1/days/open", days.open_day, PUBLIC),
    Route("GET", "/v1/days/{date}", days.closed_day, PUBLIC),
    Route("GET", "/v1/days/{date}/instruments/{instrument}", days.sealed, IN_PART),
    Route("GET", "/v1/proposals", proposals.proposals, IN_PART),
    Route("GET", "/v1/proposals/{proposal}", proposals.proposal, PROPOSAL),
    Route("GET", "/v1/blocks", blocks.blocks, PUBLIC),
    Route("GET", "/v1/blocks/{height}", blocks.block, PUBLIC),
    Route("GET", "/v1/record", blocks.record, PUBLIC),
    Route("GET", "/v1/chain", blocks.chain, SUPERVISORS),
    Route("GET", "/v1/evidence", evidence.evidence, PUBLIC),
    Route("GET", "/v1/network", network.network, PUBLIC),
    Route("GET", "/v1/status", network.status, PUBLIC),
    Route("GET", "/v1/readiness", network.word, PUBLIC),
    Route("GET", "/v1/genesis", network.genesis, PUBLIC),
    Route("GET", "/v1/operations", network.operations, PUBLIC),
    Route("GET", "/livez", network.live, PUBLIC),
    Route("GET", "/readyz", network.ready, PUBLIC),
)


def create(node: Node) -> web.Application:
    """Return the application that serves `node`."""
    application = web.Application(middlewares=[middleware], client_max_size=BATCH_BYTES_MAX)
    application[NODE] = node
    application[GATE] = Gate(node)
    for route in ROUTES:
        application.router.add_route(route.method, route.path, guarded(route))
    application.router.add_get("/v1/routes", _routes)
    application.router.add_get("/v1/problems", _problems)
    application.router.add_get("/v1/problems/{code}", _problem)
    return application


async def _routes(request: web.Request) -> web.Response:
    del request
    lines = [
        {
            "method": each.method,
            "path": each.path,
            "description": (each.handler.__doc__ or "").split("\n")[0],
            "readers": each.scope.readers,
        }
        for each in ROUTES
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
