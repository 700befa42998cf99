"""`amanat custodian move-clients`: batch after batch, until the custodian has no client left."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from amanat.client.signers import Signs
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.operations import MoveClients
from amanat.node.cli import submitting
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, show, teller
from amanat.node.cli.watching import on_terminal
from amanat.node.client import Client

ASK_AGAIN_SECONDS: Final = 10.0
"""How long one request waits for an outcome; the same bytes are then sent again."""


@dataclass(frozen=True, slots=True)
class Order:
    """Whose clients to move, to whom, and how many accounts in one transaction."""

    source: str
    target: str
    batch: int


def move_clients(
    order: Order, signers: Sequence[Signs], api: Sequence[str], *, wait: float, output: Format
) -> None:
    """Submit one batch after the other, each once the one before it is final.

    A batch takes effect whole or not at all, and what is left is on the ledger: so the command may
    be killed at any moment and run again.

    Raises:
        Failure: a batch was refused (5), or is not known to be final after `wait` seconds (6).
    """
    operation = _operation(order)
    tell = teller(output)

    async def move(client: Client) -> dict[str, Any]:
        chain = await submitting.chain_of(client)
        moved, batches, left = 0, 0, -1
        with on_terminal("move-clients", "accounts") as watch:
            while left != 0:
                outcome = await _final(client, submitting.signed(chain, signers, operation), wait)
                fields = _moved(outcome)
                moved, batches, left = moved + fields[0], batches + 1, fields[1]
                where = f"{left} left (block {outcome['height']})"
                tell(f"moved {fields[0]} to {order.target}, {where}")
                if watch is not None:
                    watch(moved, moved + left)
        return {
            "source": order.source,
            "target": order.target,
            "moved": moved,
            "batches": batches,
            "left": left,
        }

    show(talk(api_urls(api), move), output)


def _moved(outcome: dict[str, Any]) -> tuple[int, int]:
    """Return how many accounts a batch moved, and how many are left."""
    fields = next(e["fields"] for e in outcome["events"] if e["name"] == "clients-moved")
    return int(fields["moved"]), int(fields["left"])


async def _final(client: Client, envelope: bytes, wait: float) -> dict[str, Any]:
    """Submit the same bytes until their outcome is final, for `wait` seconds."""
    outcome: dict[str, Any] = {}
    try:
        async with asyncio.timeout(wait):
            while not outcome.get("final"):
                outcome = await client.submit(envelope, wait=min(wait, ASK_AGAIN_SECONDS))
                if outcome["state"] == "expired":
                    break
    except TimeoutError as error:
        raise Failure(
            "a batch is not final yet: run the same command again to go on",
            ExitCode.NOT_YET_KNOWN,
        ) from error
    submitting.check(outcome)
    return outcome


def _operation(order: Order) -> MoveClients:
    """Check what was typed as the ledger's decoder would."""
    built = MoveClients(order.source, order.target, order.batch)
    try:
        return decode(encode(built), MoveClients)
    except (EncodingError, OverflowError, ValueError) as error:
        raise Failure(f"these clients cannot be moved: {error}") from error
