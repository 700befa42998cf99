"""`/metrics`, `/livez` and `/readyz`: what an operator's programs ask, and nobody else need."""

from typing import Final

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
)

from amanat.node.api.requests import answer
from amanat.node.monitoring.readiness import readiness
from amanat.node.monitoring.state_of_node import StateOfNode
from amanat.node.node import Node

PATHS: Final = ("/metrics", "/livez", "/readyz")


def add_routes(application: web.Application, node: Node) -> None:
    """Serve what `node` is watched by."""
    registry = CollectorRegistry()
    registry.register(node.measurements.registry)
    registry.register(StateOfNode(node))
    ProcessCollector(registry=registry)

    async def metrics(request: web.Request) -> web.Response:
        """Show every metric of this node, in the text format of Prometheus."""
        del request
        headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        return web.Response(body=generate_latest(registry), headers=headers)

    async def live(request: web.Request) -> web.Response:
        """Say that the event loop turns. It depends on no peer."""
        del request
        return web.json_response({"status": "live"})

    async def ready(request: web.Request) -> web.Response:
        """Say whether this node can serve, and why not."""
        del request
        view = readiness(node)
        return answer(node, view, 200 if view.status == "ready" else 503)

    for path, handler in zip(PATHS, (metrics, live, ready), strict=True):
        application.router.add_get(path, handler)
