"""Whether this node lives, and whether it can serve: for whatever stands in front of it."""

from http import HTTPStatus

import msgspec
from aiohttp import web

from amanat.node.api.contracts import Contract, Lasts, described
from amanat.node.api.messages import Readiness
from amanat.node.api.requests import NODE, answer
from amanat.node.monitoring.readiness import readiness


class Liveness(msgspec.Struct, frozen=True):
    """The process turns."""

    status: str


@described(Contract("showLiveness", Liveness, reads=False, lasts=Lasts.A_MOMENT))
async def live(request: web.Request) -> web.Response:
    """Say that the event loop turns. It depends on no peer."""
    return answer(request.app[NODE], Liveness("live"))


@described(
    Contract("showReadiness", Readiness, statuses=(200, 503), reads=False, lasts=Lasts.A_MOMENT)
)
async def ready(request: web.Request) -> web.Response:
    """Say whether this node can serve, and why not."""
    node = request.app[NODE]
    view = readiness(node)
    shown = answer(node, view, 200 if view.status == "ready" else 503)
    if shown.status == HTTPStatus.SERVICE_UNAVAILABLE:
        shown.headers["Retry-After"] = "1"
    return shown
