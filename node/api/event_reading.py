"""One request's way through the events, page by page, and how JSON shows them."""

import msgspec
from aiohttp import web

from amanat.node.api.access.gate import GATE
from amanat.node.api.messages import texts
from amanat.node.api.notation import CursorText, HeightNumber, Hex32Text, TimeMs
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer
from amanat.node.feed import cursor, pages
from amanat.node.feed.cursor import Place
from amanat.node.feed.filters import Filter
from amanat.node.feed.pages import Page, Told
from amanat.node.node import Node


class ToldView(msgspec.Struct, frozen=True):
    """An event, where it stands, and the cursor after it."""

    cursor: CursorText
    height: HeightNumber
    time: TimeMs
    """Ledger time of its block."""
    transaction: Hex32Text
    index: int
    """Its place among the transaction's events."""
    operation: int
    name: str
    fields: dict[str, str]


class PageView(msgspec.Struct, frozen=True):
    """Events in the order of the chain."""

    events: list[ToldView]
    next: CursorText
    """The cursor with which to go on, also if no event is here."""
    complete: bool
    """Whether there are no more so far: else ask on at once."""


class Reading:
    """One request's way through the events."""

    def __init__(self, request: web.Request, start: Place, wanted: Filter, limit: int) -> None:
        self._request = request
        self._node: Node = request.app[NODE]
        self._place = start
        self._wanted = wanted
        self._limit = limit
        self.final = self._node.chain.final

    async def page(self) -> Page:
        """Return the next page, and go on behind it.

        Raises:
            ApiProblem: `pruned`, with the cursor from which this node can tell all.
        """
        node, gate = self._node, self._request.app[GATE]
        sight = gate.sight(self._request)
        first = pages.first_kept(node.store, sight)
        if self._place.height < first:
            at = cursor.written(Place(first), node.chain_id)
            detail = f"this node can tell all that is for you from block {first} on"
            raise ApiProblem("pruned", detail, {"first": first, "after": at})
        self.final = node.chain.final
        page = await pages.read(
            node.store,
            self._place,
            final=self.final.height,
            sight=sight,
            wanted=self._wanted,
            limit=self._limit,
        )
        self._place = page.next
        return page

    def answer(self, page: Page) -> web.Response:
        """Return a page as an answer of its own."""
        chain = self._node.chain_id
        view = PageView(
            [self.view(told) for told in page.events],
            cursor.written(page.next, chain),
            page.complete,
        )
        shown = answer(self._node, view, at=self.final)
        following = self._request.rel_url.update_query(after=view.next)
        following = following.without_query_params("from", "min_height")
        shown.headers["Link"] = f'<{following}>; rel="next"'
        return shown

    def view(self, told: Told) -> ToldView:
        """Return an event as JSON shows it."""
        return ToldView(
            cursor=cursor.written(told.after, self._node.chain_id),
            height=told.place.height,
            time=told.time,
            transaction=told.transaction.hex(),
            index=told.place.event,
            operation=told.event.operation,
            name=told.event.name,
            fields=texts(told.event.fields),
        )

    def cursor(self) -> str:
        """Return the cursor with which to go on."""
        return cursor.written(self._place, self._node.chain_id)
