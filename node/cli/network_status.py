"""`amanat status`: one table of the whole network, from any node."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from amanat.node import clock
from amanat.node.cli import curl
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, show
from amanat.node.client import Client, Refusal, Unreachable
from amanat.node.expiry import Urgency, urgency_of_operators, urgency_of_own

TOLD: Final = ("role", "term", "height", "state_root", "leader", "version", "protocol")
"""What a node says of itself in /v1/status."""

COLUMNS: Final = (
    "name",
    "class",
    "role",
    "term",
    "height",
    "lag",
    "state_root",
    "leader",
    "version",
    "protocol",
    "certificate_days",
    "api_certificate_days",
    "api",
    "reason",
)
SECONDS: Final = 3.0
"""How long one node may take to answer."""


def status(api: Sequence[str], output: Format) -> None:
    """Show every node; fail with 3 if two nodes have different states at one height."""
    nodes = talk(api_urls(api), gather)
    show(shortened(nodes) if output is Format.TABLE else nodes, output, COLUMNS)
    for node in nodes:
        for told in certificates_told(node):
            note(told)
    diverged = divergence(nodes)
    if diverged:
        raise Failure(f"DIVERGED: {diverged}", ExitCode.NOT_VALID)


async def gather(client: Client) -> list[dict[str, Any]]:
    """Return the status of every authority that the network lists, reachable or not.

    `common_root` is each node's state at the greatest height that all who answer have applied.
    """
    network = await client.get("/v1/network")
    nodes = list(await asyncio.gather(*(_one(member) for member in network["authorities"])))
    heights = [node["height"] for node in nodes if node["height"] is not None]
    for node in nodes:
        node["lag"] = None if node["height"] is None else max(heights) - node["height"]
    common = min(heights, default=0)
    roots = await asyncio.gather(*(_root(node, common) for node in nodes))
    for node, root in zip(nodes, roots, strict=True):
        node["common_height"], node["common_root"] = common, root
    return nodes


async def _one(member: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {"name": member["name"], "class": member["class"], "api": member["api"]}
    row["role"] = "unreachable"
    if member["api"] is None:
        row["reason"] = "no node that answers has ever reached it: where it serves is not known"
        return row
    try:
        async with Client([member["api"]], seconds=SECONDS, watch=curl.tell) as client:
            seen = await client.get("/v1/status")
    except Unreachable as error:
        row["reason"] = "; ".join(error.failures.values())
        return row
    except Refusal as error:
        row["reason"] = str(error)
        return row
    row |= {name: seen.get(name) for name in TOLD}
    for use in ("certificate", "api_certificate"):
        expires = seen.get(f"{use}_expires")  # nodes of an older version do not tell
        if expires is not None:
            row[f"{use}_days"] = max(expires - clock.now(), 0) // 86_400_000
    return row


def certificates_told(node: dict[str, Any]) -> Iterator[str]:
    """Yield what there is to say of the certificates that a node shows its peers and clients."""
    days = node["certificate_days"]
    if days is not None and urgency_of_own(timedelta(days=days)) is not Urgency.NONE:
        yield f"{node['name']}: its certificate ends in {days} days and was not renewed"
    days = node["api_certificate_days"]
    if days is not None and urgency_of_operators(timedelta(days=days)) is not Urgency.NONE:
        yield (
            f"{node['name']}: the certificate of its API ends in {days} days: its operator is to "
            "fetch a new one"
        )


async def _root(node: dict[str, Any], height: int) -> str | None:
    """Return a node's state root at a height, or None if it does not tell (it may have pruned)."""
    if node["height"] is None:
        return None
    if node["height"] == height:
        return str(node["state_root"])
    try:
        async with Client([node["api"]], seconds=SECONDS, watch=curl.tell) as client:
            return str((await client.get(f"/v1/blocks/{height}"))["state_root"])
    except (Unreachable, Refusal):
        return None


def divergence(nodes: Sequence[dict[str, Any]]) -> str | None:
    """Return which nodes hold different states at one height, or None."""
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for node in nodes:
        own = (node["height"], node["state_root"])
        for height, root in {own, (node["common_height"], node["common_root"])}:
            if root is not None:
                found[height][root].append(node["name"])
    for height, sides in sorted(found.items()):
        if len(sides) > 1:
            told = " and ".join(f"{', '.join(n)} have {root[:16]}" for root, n in sides.items())
            return f"at height {height} {told}"
    return None


def shortened(nodes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with state roots cut to what a person compares."""
    return [{**node, "state_root": (node["state_root"] or "")[:16] or None} for node in nodes]
