"""Asking nodes for what is under one path, and all pages of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from amanat.client.message_signatures import RequestSigner
from amanat.ledger.wording import moment
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import Failure
from amanat.node.cli.output import Format, show
from amanat.node.cli.reads import Read
from amanat.node.client import Client

QUERY = ("as_of", "at_height", "wait")
"""What was given that is a parameter of the route; all else is a place in its path, or `limit`."""


def look_up(
    read: Read,
    given: Mapping[str, Any],
    api: Sequence[str],
    reader: RequestSigner | None,
    output: Format,
) -> None:
    """Show what nodes tell, on their word.

    Raises:
        Failure: two moments were given, or what is no name (2); no node answered (4); or one
            refused (5).
    """
    if given.get("as_of") is not None and given.get("at_height") is not None:
        raise Failure("--as-of and --at-height exclude each other")
    for name, text in given.items():
        if text in ("", ".", ".."):
            raise Failure(f"{name} {text!r} is no name")
    # Whatever was typed that is no text is sent as "?", which names nothing.
    named = {name: quote(str(text), safe="", errors="replace") for name, text in given.items()}
    path = read.path.format(**named)
    places = [text for name, text in given.items() if name not in (*QUERY, "limit")]
    query = urlencode(
        [(name, given[name]) for name in QUERY if given.get(name) is not None], errors="replace"
    )

    async def ask(client: Client) -> Any:
        if not read.pages:
            return await client.get(f"{path}?{query}" if query else path)
        found: list[dict[str, Any]] = []
        pages: AsyncIterator[dict[str, Any]] = getattr(client, read.pages)(*places)
        async for each in pages:
            found.append(each)
            if len(found) == given["limit"]:
                break
        return found

    found = talk(api_urls(api), ask, reader=reader)
    show(_readable(found) if output is Format.TABLE else found, output, read.columns or None)


def _readable(found: Any) -> Any:
    """Return records with their times as people read them."""
    if isinstance(found, list):
        return [_readable(each) for each in found]
    return {**found, "time": moment(found["time"])} if "time" in found else found
