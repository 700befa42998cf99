"""Counts requests and their times by route: never by path, which may name what is confidential."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import hdrs, web

from amanat.node import clock
from amanat.node.monitoring.measurements import Measurements

NO_ROUTE: Final = "none"
"""The route of a request for which there is none."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def counting(measurements: Measurements) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return a middleware, to be the outermost, that measures every request."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = clock.monotonic()
        status = 499  # the client went away
        try:
            answer = await handler(request)
            status = answer.status
        except web.HTTPException as redirection:
            status = redirection.status
            raise
        finally:
            method, route = _place(request)
            measurements.requests.labels(method, route, str(status)).inc()
            measurements.answering.labels(method, route).observe(clock.monotonic() - began)
        return answer

    return count


def _place(request: web.Request) -> tuple[str, str]:
    """Return method and route, each of a bounded number."""
    resource = request.match_info.route.resource
    method = request.method if request.method in hdrs.METH_ALL else "other"
    return method, NO_ROUTE if resource is None else resource.canonical
