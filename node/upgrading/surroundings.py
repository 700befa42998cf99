"""The network around a node that is to be upgraded, as its nodes tell it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from amanat.node.client import Client, Refusal, Unreachable
from amanat.node.doctor.asking import ask_everybody
from amanat.node.doctor.case import SECONDS, Case


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What could be learnt. Nothing is in it if no node answers."""

    network: dict[str, Any] | None = None
    """What the first node that answers says to /v1/network."""
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each node that answers says to /v1/status, by name."""


async def look_around(case: Case) -> Surroundings:
    """Ask this node, or if it does not run a peer, who takes part; then ask each of those."""
    urls = [case.settings.api.url] if case.status is not None else []
    urls += [each.told.api for each in await ask_everybody(case) if each.told is not None]
    if not urls:
        return Surroundings()
    async with Client(urls, seconds=SECONDS) as client:
        try:
            network = dict(await client.get("/v1/network"))
            listed = [(each["name"], each["api"]) for each in network["authorities"]]
        except (Unreachable, Refusal, KeyError, TypeError):
            return Surroundings()
    asked = [_status(url) for _, url in listed if url is not None]
    found = await asyncio.gather(*asked)
    return Surroundings(network, {each["name"]: each for each in found if each is not None})


async def _status(url: str) -> dict[str, Any] | None:
    async with Client([url], seconds=SECONDS) as client:
        try:
            status = dict(await client.get("/v1/status"))
        except (Unreachable, Refusal, TypeError, ValueError):
            return None
    whole = isinstance(status.get("name"), str) and isinstance(status.get("height"), int)
    return status if whole else None
