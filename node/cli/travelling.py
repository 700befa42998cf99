"""`amanat travel-data`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from amanat.client.message_signatures import RequestSigner
from amanat.client.signers import Signs
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, show
from amanat.node.client import Client
from amanat.node.travel_data import TravelDataError, unseal
from amanat.node.travel_data import seal as sealed_to


def seal(
    file: Path, target: Path, names: Sequence[str], api: Sequence[str], output: Format
) -> None:
    """Seal a file to every key that these participants have, and show its digest."""
    content = _read(file)
    recipients = talk(api_urls(api), lambda client: _keys_of(client, names))
    try:
        sealed, digest = sealed_to(content, recipients)
    except TravelDataError as error:
        raise Failure(f"{file} cannot be sealed: {error}") from error
    try:
        with target.open("xb") as written:
            written.write(sealed)
    except OSError as error:
        raise Failure(f"{target} cannot be written: {error.strerror}") from error
    shown = {"file": str(target), "for": list(names), "travel_data": digest.hex()}
    show(shown, output)


def open_sealed(
    file: Path, key: Signs, transaction: str | None, api: Sequence[str], output: Format
) -> None:
    """Show what is sealed in a file, once a transaction that is named carries its digest."""
    try:
        opened = unseal(_read(file), key)
    except TravelDataError as error:
        raise Failure(f"{file} cannot be opened: {error}", ExitCode.NOT_VALID) from error
    if transaction is not None:
        carried = talk(
            api_urls(api),
            lambda client: _carried(client, transaction),
            reader=RequestSigner(key),
        )
        if opened.digest.hex() not in carried:
            raise Failure(
                f"{transaction} does not carry the digest {opened.digest.hex()}",
                ExitCode.NOT_VALID,
            )
    shown = {
        "travel_data": opened.digest.hex(),
        "transaction": transaction,
        "content": opened.content.decode(),
    }
    show(shown, output)


async def _keys_of(client: Client, names: Sequence[str]) -> list[bytes]:
    found = []
    for name in names:
        path = f"/v1/participants/{quote(name, safe='', errors='replace')}"
        participant: dict[str, Any] = await client.get(path)
        found += [bytes.fromhex(each["key"]) for each in participant["keys"]]
    return found


async def _carried(client: Client, transaction: str) -> set[str]:
    """Return the digests that what a final transaction did carries."""
    path = f"/v1/transactions/{quote(transaction, safe='', errors='replace')}"
    shown = await client.get(path)
    events = shown.get("events") or [] if shown["final"] else []
    return {event["fields"].get("travel_data", "") for event in events}


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from error
