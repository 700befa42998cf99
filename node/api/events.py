"""The events of final blocks: a page, one that is waited for, or a stream; one cursor for all."""

from typing import Final

from aiohttp import web

from amanat.ledger.identifiers import InstrumentId, Name
from amanat.node.api.access.gate import GATE
from amanat.node.api.contracts import Contract, Lasts, described
from amanat.node.api.event_reading import PageView, Reading
from amanat.node.api.event_streams import STREAMS
from amanat.node.api.parameters import (
    AFTER,
    FROM_HEIGHT,
    NAMES,
    OF_ACCOUNT,
    OF_INSTRUMENT,
    WAIT_FOR_EVENTS,
    limit,
)
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, seconds, text_in_query, whole_number
from amanat.node.clock import monotonic
from amanat.node.feed import cursor
from amanat.node.feed.cursor import BadCursor, Place
from amanat.node.feed.filters import EVENTS, Filter

LIMIT: Final = 100
LIMIT_MAX: Final = 1_000
"""Events in one page."""

EVENT_STREAM: Final = "text/event-stream"


@described(
    Contract(
        "listEvents",
        PageView,
        query=(
            AFTER,
            FROM_HEIGHT,
            OF_ACCOUNT,
            OF_INSTRUMENT,
            NAMES,
            limit(LIMIT_MAX, LIMIT),
            WAIT_FOR_EVENTS,
        ),
        problems=("pruned", "too_many_streams"),
        lasts=Lasts.A_MOMENT,
        also=(EVENT_STREAM,),
        command="amanat event list --account client-a --follow",
    )
)
async def events(request: web.Request) -> web.StreamResponse:
    """List what happened, in the order of the chain: a page, one that is waited for, or a stream.

    A page ends with the cursor to go on with. `Accept: text/event-stream` gets the same events as
    they become final, each with its cursor as id; `Last-Event-ID` goes before `after`.
    """
    end = monotonic() + seconds(request, "wait")
    most = max(whole_number(request, "limit", default=LIMIT, most=LIMIT_MAX), 1)
    reading = Reading(request, _start(request), _filter(request), most)
    streams = request.app[STREAMS]
    # A refusal comes before anything is sent: a stream cannot tell one any more.
    page = await reading.page()
    if EVENT_STREAM in request.headers.get("Accept", ""):
        return await streams.serve(request, page, reading)
    while not page.events and (left := end - monotonic()) > 0:
        if page.complete and not await streams.something_new(page.next.height, left):
            break
        request.app[GATE].check_reader(request)
        page = await reading.page()
    return reading.answer(page)


def _start(request: web.Request) -> Place:
    """Return where to begin: `Last-Event-ID` goes before `after`, and that before `from`."""
    node = request.app[NODE]
    first = whole_number(request, "from", default=1, most=2**63 - 1)
    text = request.headers.get("Last-Event-ID") or request.query.get("after")
    if text == "now":
        return Place(node.chain.final.height + 1)
    if text is None:
        return Place(max(first, 1))
    try:
        return cursor.read(text, node.chain_id)
    except BadCursor as error:
        raise ApiProblem("malformed_request", f"after: {error}") from error


def _filter(request: web.Request) -> Filter:
    names = frozenset(request.query.getall("name", []))
    if not names <= EVENTS:
        unknown = ", ".join(sorted(names - EVENTS))
        raise ApiProblem("malformed_request", f"no event is called {unknown}: see /v1/operations")
    account = text_in_query(request, "account", Name)
    return Filter(account, text_in_query(request, "instrument", InstrumentId), names or None)
