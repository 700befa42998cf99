"""Which nodes a command talks to, and what failing to talk to them means."""

import asyncio
import json
import os
import ssl
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from amanat.client.message_signatures import RequestSigner
from amanat.node.cli import curl
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.client import Client, Refusal, Unreachable

DEFAULT_API: Final = "http://127.0.0.1:8101"
TESTNET_RECORD: Final = Path("testnet/testnet.json")

T = TypeVar("T")


def api_urls(given: Sequence[str]) -> list[str]:
    """Return the API addresses to use: `--api`, AMANAT_API, the test network here, the default."""
    if given:
        return list(given)
    named = os.environ.get("AMANAT_API", "").split()
    if named:
        return named
    if TESTNET_RECORD.exists():
        try:
            record = json.loads(TESTNET_RECORD.read_text())
            return [str(node["api"]) for node in record["nodes"]]
        except (ValueError, KeyError, TypeError) as error:
            raise Failure(f"{TESTNET_RECORD} is damaged: run `make testnet-clean`") from error
    return [DEFAULT_API]


def talk(
    urls: Sequence[str],
    conversation: Callable[[Client], Awaitable[T]],
    *,
    reader: RequestSigner | None = None,
    reader_if_asked: Callable[[], RequestSigner] | None = None,
    tls: ssl.SSLContext | None = None,
) -> T:
    """Run `conversation` with a client of these nodes, whose requests `reader` signs.

    `tls` checks their certificates; else the authorities that `--ca` names, or the system's, do.

    Where a node asks who reads, `reader_if_asked` is called, and the conversation begins again: a
    passphrase is not asked for before it is needed.

    Raises:
        Failure: no node answered (4), or one refused (5).
    """

    async def run(reader: RequestSigner | None) -> T:
        async with Client(urls, reader=reader, watch=curl.tell, tls=tls) as client:
            return await conversation(client)

    try:
        try:
            return asyncio.run(run(reader))
        except Refusal as refusal:
            if reader_if_asked is None or refusal.code != "authentication_required":
                raise
        return asyncio.run(run(reader_if_asked()))
    except Unreachable as error:
        raise Failure(str(error), ExitCode.UNREACHABLE) from error
    except (KeyError, TypeError, ValueError) as error:
        raise Failure(
            f"what answers at {', '.join(urls)} is not a node of this version: {error!r}",
            ExitCode.UNREACHABLE,
        ) from error
    except Refusal as refusal:
        fix = refusal.problem.get("fix", "")
        raise Failure(f"{refusal}. {fix}", ExitCode.REJECTED) from refusal
