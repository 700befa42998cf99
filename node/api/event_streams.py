"""Events as they become final, by server-sent events (the HTML standard, section 9.2).

Each event has its cursor as id, so whoever reconnects with `Last-Event-ID`, here or at another
node, goes on behind it. The id also moves on where nothing was for this reader: an id alone,
without data, is remembered and not told. For a client that does not read no more than one page is
kept; one that does not read for long is cut off.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
import structlog
from aiohttp import web

from amanat.node.api.access.gate import GATE
from amanat.node.api.event_reading import Reading
from amanat.node.api.middleware import REQUEST_ID
from amanat.node.api.places import Places
from amanat.node.api.problems import ApiProblem
from amanat.node.clock import monotonic
from amanat.node.feed.pages import Page
from amanat.node.node import Node
from amanat.node.records import StorageFailed

log = structlog.get_logger(__name__)

STREAMS_MAX: Final = 256
"""Streams that a node keeps open at a time."""

STREAMS_OF_ONE_MAX: Final = 32
"""How many of them may be one participant's."""

KEEP_ALIVE_SECONDS: Final = 15.0
"""After so long without an event a comment is sent: proxies cut what is silent."""

LOOK_SECONDS: Final = 1.0
"""How often a silent stream looks whether its client is still there."""

WRITE_SECONDS: Final = 20.0
"""How long a client may take to make room for what is sent."""

STREAM_SECONDS_MAX: Final = 900.0
"""How long a stream lasts, as long as the longest token: who reads proves anew who it is."""


class Streams:
    """The open streams of one node, and whatever else waits for new events."""

    def __init__(
        self,
        node: Node,
        *,
        keep_alive_seconds: float = KEEP_ALIVE_SECONDS,
        write_seconds: float = WRITE_SECONDS,
    ) -> None:
        self._node = node
        self._closing = asyncio.Event()
        self.keep_alive_seconds = keep_alive_seconds
        self.write_seconds = write_seconds
        self.now: Callable[[], float] = monotonic
        """A clock for durations, in seconds."""
        self.places = Places("too_many_streams", most=STREAMS_MAX, each=STREAMS_OF_ONE_MAX)
        self.waiting = 0
        """How many wait for the next block: streams, and pages that are waited for."""

    async def close(self, application: web.Application) -> None:
        """End all that is open, or waits: the node is about to stop."""
        del application
        self._closing.set()

    async def something_new(self, height: int, seconds: float) -> bool:
        """Wait until the block at `height` is final here. False if that takes longer, or no more.

        `height` is the next one that whoever waits has not seen.
        """
        news = asyncio.ensure_future(self._node.reach(height, seconds=seconds))
        end = asyncio.ensure_future(self._closing.wait())
        self.waiting += 1
        try:
            await asyncio.wait({news, end}, return_when=asyncio.FIRST_COMPLETED)
            return news.done() and news.result()
        finally:
            self.waiting -= 1
            news.cancel()
            end.cancel()

    async def serve(self, request: web.Request, page: Page, reading: Reading) -> web.StreamResponse:
        """Send `page`, and then what `reading` gives, until either side ends it.

        Raises:
            ApiProblem: `too_many_streams`.
        """
        with self.places.one(request.app[GATE].reader_name(request)):
            return await self._serve(request, page, reading)

    async def _serve(
        self, request: web.Request, page: Page, reading: Reading
    ) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "private, no-store",
                "X-Accel-Buffering": "no",  # no proxy is to hold back what is sent
                "Request-Id": request[REQUEST_ID],
                "Ledger-Height": str(reading.final.height),
                "Ledger-Root": reading.final.tree.root.hex(),
            }
        )
        await response.prepare(request)
        gate = request.app[GATE]
        end = self.now() + STREAM_SECONDS_MAX
        try:
            await self._write(request, response, b"retry: 2000\n" + _written(page, reading))
            while self._goes_on(request) and self.now() < end and gate.counts_still(request):
                if page.complete:
                    await self._wait(request, page.next.height, end)
                page = await reading.page()
                await self._write(request, response, _written(page, reading))
        except (ConnectionError, TimeoutError, ApiProblem):
            pass  # the client is gone, or will be told why when it comes again
        except StorageFailed as error:
            self._node.fail(error)
        return response

    def _goes_on(self, request: web.Request) -> bool:
        """Return whether the node is not about to stop, and the client still there."""
        return not self._closing.is_set() and request.transport is not None

    async def _wait(self, request: web.Request, height: int, end: float) -> None:
        """Wait until the block at `height` is final, or it is time for a comment, or the end."""
        end = min(end, self.now() + self.keep_alive_seconds)
        while (left := end - self.now()) > 0 and self._goes_on(request):
            if await self.something_new(height, min(left, LOOK_SECONDS)):
                return

    async def _write(self, request: web.Request, response: web.StreamResponse, data: bytes) -> None:
        """Send, and wait until there is room again.

        Raises:
            ConnectionError: the client is gone.
            TimeoutError: it does not read; it was cut off.
        """
        try:
            async with asyncio.timeout(self.write_seconds):
                await response.write(data)
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
            log.info("events.cut-off", request_id=request[REQUEST_ID])
            raise


STREAMS: Final = web.AppKey("streams", Streams)


def _written(page: Page, reading: Reading) -> bytes:
    """Return a page as a stream shows it; one without events keeps the connection alive."""
    lines = []
    for told in page.events:
        view = reading.view(told)
        content = msgspec.json.encode(view)
        lines.append(b"id: %s\ndata: %s\n\n" % (view.cursor.encode(), content))
    lines.append(b": keep-alive\nid: %s\n\n" % reading.cursor().encode())
    return b"".join(lines)
