"""What a node shows its operators, on a listener of their own: metrics, health, peers, settings.

It is read-only and asks nobody who they are: it belongs on the loopback interface, or on a network
of operators alone. Nothing of an account or a transaction is here, and no secret.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
)

from amanat.ledger.wording import moment
from amanat.node import logs
from amanat.node.api import health
from amanat.node.api.contracts import Handle
from amanat.node.api.middleware import middleware
from amanat.node.api.requests import NODE
from amanat.node.expiry import Urgency
from amanat.node.key_exchange import platform
from amanat.node.monitoring.http_requests import counting
from amanat.node.monitoring.readiness import readiness
from amanat.node.monitoring.state_of_node import StateOfNode
from amanat.node.node import Node
from amanat.node.version import VERSION

PATHS: Final = (
    "/metrics",
    "/livez",
    "/readyz",
    "/node/status",
    "/node/peers",
    "/node/settings",
)

REGISTRY: Final = web.AppKey("registry", CollectorRegistry)


def operators(node: Node) -> web.Application:
    """Return the application that operators of `node` ask."""
    application = web.Application(middlewares=[counting(node.measurements), middleware])
    application[NODE] = node
    application[REGISTRY] = registry = CollectorRegistry()
    registry.register(node.measurements.registry)
    registry.register(StateOfNode(node))
    ProcessCollector(registry=registry)
    handlers: tuple[Handle, ...] = (
        metrics,
        health.live.handle,
        health.ready.handle,
        status,
        peers,
        settings,
    )
    for path, handler in zip(PATHS, handlers, strict=True):
        application.router.add_get(path, handler)
    return application


async def metrics(request: web.Request) -> web.Response:
    """Show every metric of this node, in the text format of Prometheus."""
    headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    return web.Response(body=generate_latest(request.app[REGISTRY]), headers=headers)


async def status(request: web.Request) -> web.Response:
    """Show this node at this moment: its part in the protocol, how far it is, why not ready.

    With the last lines of its log that are warnings or worse.
    """
    node = request.app[NODE]
    now = node.status
    tls = platform()
    return _json(
        {
            "name": node.name,
            "network": node.document.network,
            "version": VERSION,
            "role": now.role.value,
            "term": now.term,
            "leader": now.leader,
            "height": node.chain.final.height,
            "known_height": node.seen_height,
            "state_root": node.chain.final.tree.root.hex(),
            "is_draining": node.is_draining,
            "certificate_issued": node.certificate.issued_at.isoformat(timespec="seconds"),
            "certificates": _certificates(node),
            "tls": {
                "openssl": tls.openssl,
                "key_exchange": tls.group,
                "is_hybrid": tls.is_hybrid,
            },
            "evidence": len(node.evidence),
            "readiness": readiness(node),
            "errors": logs.RECENT.listed(),
        }
    )


def _certificates(node: Node) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    return [
        {
            "use": each.use,
            "expires": each.expires.isoformat(timespec="seconds"),
            "days": (each.expires - now).days,
            "is_due": each.urgency is not Urgency.NONE,
        }
        for each in node.certificates.shown(now)
    ]


async def peers(request: web.Request) -> web.Response:
    """Show each peer: where it is dialled, since when it is connected or not, and why not.

    `key_exchange` is null where this Python cannot tell it: `amanat doctor` finds it out.
    """
    node = request.app[NODE]
    dialled = node.settings.peers
    return _json(
        [
            {
                "name": peer.name,
                "address": dialled.get(peer.name),
                "connected": peer.connected,
                "since": moment(peer.since),
                "error": peer.error,
                "api": peer.api,
                "version": peer.version,
                "key_exchange": peer.key_exchange,
            }
            for peer in node.transport.status()
        ]
    )


async def settings(request: web.Request) -> web.Response:
    """Show the settings that this node runs with. Of keys and passphrases it shows paths alone."""
    return _json(msgspec.to_builtins(request.app[NODE].settings))


def _json(content: Any) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    body = msgspec.json.encode(content)
    return web.Response(body=body, content_type="application/json", headers=headers)
