"""`amanat status`: one table of the whole network, from any node."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from amanat.node.cli import curl
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, show
from amanat.node.client import Client, Refusal, Unreachable

COLUMNS: Final = ("name", "class", "role", "term", "height", "state_root", "leader", "api")


def status(api: Sequence[str], output: Format) -> None:
    """Show every node; fail with 3 if two nodes have different states at one height."""
    nodes = talk(api_urls(api), gather)
    show(shortened(nodes) if output is Format.TABLE else nodes, output, COLUMNS)
    diverged = divergence(nodes)
    if diverged:
        raise Failure(f"DIVERGED: {diverged}", ExitCode.NOT_VALID)


async def gather(client: Client) -> list[dict[str, Any]]:
    """Return the status of every authority that the network lists, reachable or not."""
    network = await client.get("/v1/network")
    return list(await asyncio.gather(*(_one(member) for member in network["authorities"])))


async def _one(member: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {"name": member["name"], "class": member["class"], "api": member["api"]}
    row["role"] = "unreachable"
    if member["api"] is not None:
        try:
            async with Client([member["api"]], seconds=3, watch=curl.tell) as client:
                seen = await client.get("/v1/status")
        except (Unreachable, Refusal):
            return row
        row |= {name: seen[name] for name in COLUMNS}
    return row


def divergence(nodes: Sequence[dict[str, Any]]) -> str | None:
    """Return which nodes hold different states at one height, or None."""
    roots: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for node in nodes:
        if node["state_root"] is not None:
            roots[node["height"]][node["state_root"]].append(node["name"])
    for height, found in sorted(roots.items()):
        if len(found) > 1:
            sides = " and ".join(f"{', '.join(n)} have {root[:16]}" for root, n in found.items())
            return f"at height {height} {sides}"
    return None


def shortened(nodes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with state roots cut to what a person compares."""
    return [{**node, "state_root": (node["state_root"] or "")[:16] or None} for node in nodes]
