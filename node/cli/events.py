"""`amanat event list`: what happened, as it is or as it comes, from a cursor on."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from amanat.client.message_signatures import RequestSigner
from amanat.ledger.wording import moment
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.output import Format, figures, note, say, show
from amanat.node.client import Client

COLUMNS = ("height", "time", "name", "fields")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which events are told."""

    after: str | None
    account: str | None
    instrument: str | None
    names: Sequence[str]
    follow: bool


def tell(wish: Wish, api: Sequence[str], reader: RequestSigner | None, output: Format) -> None:
    """Print events in the order of the chain; with `follow` go on until interrupted.

    What is followed is printed a line at a time, as JSON if anything but a table is wanted.
    """
    told: list[dict[str, Any]] = []

    async def read(client: Client) -> None:
        found = client.events(
            wish.after,
            account=wish.account,
            instrument=wish.instrument,
            names=wish.names,
            follow=wish.follow,
        )
        async for event in found:
            told.append(event)
            if wish.follow:
                _line(event, output)
                told[:-1] = []

    try:
        talk(api_urls(api), read, reader=reader)
    except KeyboardInterrupt:
        if not wish.follow:
            raise
    if not wish.follow:
        show(told if output is not Format.TABLE else [_readable(each) for each in told], output)
    if told and output is Format.TABLE:
        note(f"go on with --after {told[-1]['cursor']}")


def _line(event: dict[str, Any], output: Format) -> None:
    if output is Format.TABLE:
        shown = _readable(event)
        say("  ".join(str(shown[name]) for name in COLUMNS))
    else:
        sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
        sys.stdout.flush()


def _readable(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "height": event["height"],
        "time": moment(int(event["time"])),
        "name": event["name"],
        "fields": figures(event["fields"]),
    }
