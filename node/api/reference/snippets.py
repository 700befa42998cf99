"""How each operation is asked for: with curl, from Python alone, by the command line."""

from amanat.node.api.access.gate import Route
from amanat.node.api.access.scopes import PUBLIC
from amanat.node.api.parameters import IN_PATH
from amanat.node.api.reference.openapi import parts

_NODE = "http://127.0.0.1:8101"


def curl(route: Route) -> str:
    """Return how curl asks for it; empty for what needs a signature over each request."""
    contract = route.handler.contract
    if contract.keeps_secret:
        return ""
    lines = ["curl -s" if route.method == "GET" else f"curl -s -X {route.method}"]
    if _needs_proof(route):
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if contract.body is not None:
        lines += ["-H 'Content-Type: application/msgpack'", f"--data-binary @{_file(route)}"]
    lines.append(f"'{_url(route)}'")
    return " \\\n  ".join(lines)


def python(route: Route) -> str:
    """Return how Python asks for it; empty for what needs a signature over each request."""
    contract = route.handler.contract
    if contract.keeps_secret:
        return ""
    lines = ["import json", "from urllib.request import Request, urlopen", ""]
    lines.append(f'request = Request("{_url(route)}", method="{route.method}")')
    if _needs_proof(route):
        lines.append('request.add_header("Authorization", f"Bearer {token}")')
    if contract.body is not None:
        lines.append('request.add_header("Content-Type", "application/msgpack")')
        lines.append(f'request.data = open("{_file(route)}", "rb").read()')
    take = "answer.read().decode()" if contract.answer is None else "json.load(answer)"
    lines += ["with urlopen(request) as answer:", f"    print({take})"]
    if contract.answer is None:
        lines = lines[1:]
    return "\n".join(lines)


def command(route: Route) -> str:
    """Return the command that does it; empty if there is none."""
    return route.handler.contract.command.format(**{name: IN_PATH[name][2] for name in IN_PATH})


def _needs_proof(route: Route) -> bool:
    return route.scope is not PUBLIC


def _file(route: Route) -> str:
    return "batch" if route.path.endswith(":batch") else "order.tx"


def _url(route: Route) -> str:
    path = route.path.format(**{name: IN_PATH[name][2] for name in parts(route.path)})
    shown = [
        f"{each.name}={each.example}"
        for each in route.handler.contract.query
        if each.example is not None
    ]
    return f"{_NODE}{path}" + ("?" + "&".join(shown) if shown else "")
