"""How each operation is asked for: with curl, and by the command line."""

from amanat.node.api.access.gate import Route
from amanat.node.api.access.scopes import PUBLIC
from amanat.node.api.parameters import IN_PATH
from amanat.node.api.reference.openapi import parts

NODE = "http://127.0.0.1:8101"


def curl(route: Route) -> str:
    """Return how curl asks for it; empty for what needs a signature over each request."""
    contract = route.handler.contract
    if contract.keeps_secret:
        return ""
    lines = ["curl -s" if route.method == "GET" else f"curl -s -X {route.method}"]
    if needs_proof(route):
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if contract.body is not None:
        lines += [f"-H 'Content-Type: {media(route)}'", f"--data-binary @{file(route)}"]
    lines.append(f"'{url(route)}'")
    return " \\\n  ".join(lines)


def command(route: Route) -> str:
    """Return the command that does it; empty if there is none."""
    return route.handler.contract.command.format(**{name: IN_PATH[name][2] for name in IN_PATH})


def needs_proof(route: Route) -> bool:
    """Return whether who asks says who it is."""
    return route.scope is not PUBLIC


def file(route: Route) -> str:
    """Return the file whose content is sent."""
    if media(route) == "application/json":
        return "wanted.json"
    return "batch" if route.path.endswith(":batch") else "order.tx"


def media(route: Route) -> str:
    """Return the type of what is sent: MessagePack where that is taken."""
    body = route.handler.contract.body
    is_packed = body is not None and body.packed
    return "application/msgpack" if is_packed else "application/json"


def url(route: Route) -> str:
    """Return the address at the first node of a test network."""
    return NODE + target(route)


def target(route: Route) -> str:
    """Return the path with an example in each of its places, and the query."""
    path = route.path.format(**{name: IN_PATH[name][2] for name in parts(route.path)})
    shown = [
        f"{each.name}={each.example}"
        for each in route.handler.contract.query
        if each.example is not None
    ]
    return path + ("?" + "&".join(shown) if shown else "")
