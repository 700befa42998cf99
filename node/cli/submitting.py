"""`amanat holding transfer` and `amanat transaction submit`."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amanat.client.signers import Signs
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.operations import AnyOperation, Transfer
from amanat.ledger.transactions import Body, sign
from amanat.node import clock
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, figures, note, show
from amanat.node.client import Client

VALID_FOR_MS = 60 * 60 * 1000
"""How long what is signed here stays valid."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to transfer, as it was typed."""

    source: str
    target: str
    instrument: str
    amount: str
    travel_data: str | None = None


def read(file: Path) -> bytes:
    """Read a signed transaction."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from error


def transfer(
    order: Order,
    key: Signs,
    api: Sequence[str],
    *,
    wait: float,
    save: Path | None,
    output: Format,
) -> None:
    """Sign a transfer for the network that answers, and submit or save it."""
    urls = api_urls(api)
    operation = _operation(order)

    envelope = signed(talk(urls, chain_of), [key], operation)
    if save is None:
        submit(envelope, urls, wait=wait, output=output)
        return
    write(save, envelope)
    note(f"signed into {save}; `amanat transaction submit {save}` sends it within the hour")


async def chain_of(client: Client) -> bytes:
    """Return the identity of the chain that answers."""
    return bytes.fromhex((await client.get("/v1/network"))["chain"])


def signed(chain: bytes, signers: Sequence[Signs], *operations: AnyOperation) -> bytes:
    """Return a new transaction of these operations, signed by each of these keys."""
    keys = {each.public_key: each.sign for each in signers}
    valid_until, nonce = clock.now() + VALID_FOR_MS, secrets.token_bytes(16)
    return sign(Body(chain, valid_until, nonce, tuple(sorted(keys)), operations), keys)


def submit(
    envelope: bytes,
    api: Sequence[str],
    *,
    wait: float,
    output: Format,
    receipt: Path | None = None,
) -> None:
    """Submit signed bytes and show the outcome; put the node's receipt of submission into a file.

    Raises:
        Failure: among others, the file of the receipt exists; then nothing was submitted.
    """
    if receipt is not None and receipt.exists():
        raise Failure(f"{receipt} cannot be written: it exists")

    async def send(client: Client) -> tuple[dict[str, Any], bytes]:
        outcome = await client.submit(envelope, wait=min(wait, 30.0))
        return outcome, base64.b64decode(outcome.get("submission_receipt", ""))

    outcome, signed = talk(api_urls(api), send)
    if receipt is not None:
        _keep_receipt(signed, receipt)
    show(outcome if output is not Format.TABLE else _readable(outcome), output)
    check(outcome)


def check(outcome: dict[str, Any]) -> None:
    """Fail unless a transaction has taken effect for good.

    Raises:
        Failure: it was rejected or has expired (5), or its outcome is not known yet (6).
    """
    if outcome["state"] == "rejected":
        rejection = outcome["rejection"]
        told = figures(rejection["figures"])
        raise Failure(f"rejected by {rejection['code']}: {told}", ExitCode.REJECTED)
    if outcome["state"] == "expired":
        raise Failure("the transaction expired before it was executed", ExitCode.REJECTED)
    if not outcome["final"]:
        raise Failure(
            f"{outcome['id']} is {outcome['state']}: submit the same bytes again to ask",
            ExitCode.NOT_YET_KNOWN,
        )


def _keep_receipt(signed: bytes, file: Path) -> None:
    if signed:
        write(file, signed)
        note(
            f"the node's receipt of submission is in {file}; "
            f"`amanat proof verify {file} --genesis GENESIS` checks it"
        )
    else:
        note("it was final already: no receipt of submission was given")


def write(file: Path, content: bytes) -> None:
    """Put what was signed into a new file."""
    try:
        with file.open("xb") as target:
            target.write(content)
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error


def _readable(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return the outcome with each event as one line, and without what only programs read."""
    shown = {key: value for key, value in outcome.items() if key != "submission_receipt"}
    if "events" in shown:
        events = [f"{event['name']} ({figures(event['fields'])})" for event in shown["events"]]
        shown["events"] = events
    return shown


def _operation(order: Order) -> Transfer:
    """Check what was typed as the ledger's decoder would."""
    if not (order.amount.isascii() and order.amount.isdigit()):
        raise Failure(f"--amount {order.amount!r} must be a whole number of smallest units")
    try:
        amount = int(order.amount)
        data = None if order.travel_data is None else bytes.fromhex(order.travel_data)
        built = Transfer(order.source, order.target, order.instrument, amount, data)
        return decode(encode(built), Transfer)
    except (EncodingError, OverflowError, ValueError) as error:
        raise Failure(f"this transfer cannot be: {error}") from error
