"""The HTTP API: its routes in one table."""

from functools import cache
from typing import Final

from aiohttp import hdrs, web

from amanat.node.api import (
    blocks,
    custody,
    days,
    dry_runs,
    events,
    evidence,
    health,
    instruments,
    network,
    orders,
    preparing,
    proposals,
    register,
    settlement,
    statements,
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
    STATEMENT,
    SUPERVISORS,
    TRANSACTION,
)
from amanat.node.api.event_streams import STREAMS, Streams
from amanat.node.api.limits import LIMITS, Limits, limiting
from amanat.node.api.middleware import middleware
from amanat.node.api.reference import pages
from amanat.node.api.reference.pages import REFERENCE, Reference
from amanat.node.api.requests import BATCH_BYTES_MAX, NODE
from amanat.node.api.statements import STATEMENTS, Statements
from amanat.node.clock import monotonic
from amanat.node.monitoring.http_requests import counting
from amanat.node.node import Node

ROUTES: Final = (
    Route("POST", "/v1/transactions", transactions.submit, PUBLIC),
    Route("POST", "/v1/transactions:batch", transactions.submit_batch, PUBLIC),
    Route("POST", "/v1/transactions:simulate", dry_runs.simulate, PARTICIPANTS),
    Route("POST", "/v1/transactions:prepare", preparing.prepare, PARTICIPANTS),
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
    Route("GET", "/v1/statements/{statement}", statements.statement, STATEMENT),
    Route("GET", "/v1/statements/{statement}/manifest", statements.manifest, STATEMENT),
    Route("GET", "/v1/events", events.events, IN_PART),
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
    Route("GET", "/v1/routes", pages.routes, PUBLIC),
    Route("GET", "/v1/problems", pages.problems, PUBLIC),
    Route("GET", "/v1/problems/{code}", pages.problem, PUBLIC),
    Route("GET", "/v1/openapi.json", pages.description, PUBLIC),
    Route("GET", "/docs", pages.docs, PUBLIC),
    Route("GET", "/docs/style.css", pages.style, PUBLIC),
    Route("GET", "/livez", health.live, PUBLIC),
    Route("GET", "/readyz", health.ready, PUBLIC),
)


STREAMED: Final = frozenset({"/v1/events", "/v1/statements/{statement}"})
"""What is made while it is sent: nothing can be said of it before."""


def create(node: Node) -> web.Application:
    """Return the application that serves `node`."""
    application = web.Application(
        middlewares=[counting(node.measurements), middleware, limiting],
        client_max_size=BATCH_BYTES_MAX,
    )
    application[LIMITS] = Limits(
        node.settings.api, now=monotonic, refused=node.measurements.limited_one
    )
    application[NODE] = node
    application[GATE] = Gate(node)
    application[REFERENCE] = _reference()
    application[STATEMENTS] = Statements(node)
    application[STREAMS] = streams = Streams(node)
    application.on_shutdown.append(streams.close)
    for route in ROUTES:
        application.router.add_route(route.method, route.path, guarded(route))
        if route.method == hdrs.METH_GET and route.path not in STREAMED:
            # The same without its body (RFC 9110, section 9.3.2).
            application.router.add_route(hdrs.METH_HEAD, route.path, guarded(route))
    return application


@cache
def _reference() -> Reference:
    """Return what there is to say of the routes; that takes a moment, so not while a node runs."""
    return Reference(ROUTES)
