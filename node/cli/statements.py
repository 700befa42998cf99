"""`amanat statement`: fetch a statement's file and its manifest from one node, and check them."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from amanat.node.cli import checking
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, show
from amanat.node.client import Client
from amanat.node.message_signatures import RequestSigner

MANIFEST: Final = ".manifest"
"""What the manifest's name has behind the file's."""

SECONDS: Final = 600.0
"""How long making a statement may take."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be fetched."""

    noun: str
    asked: Mapping[str, str | int | None]
    kind: str
    save: Path | None
    genesis: Path | None


def fetch(wish: Wish, api: Sequence[str], reader: RequestSigner | None) -> None:
    """Fetch the file and the manifest from one node, write both, and say what was written.

    Raises:
        Failure: no node could give it, it cannot be written, or it is not valid.
    """
    try:
        file, signed = _from_one_of(api_urls(api), wish, reader)
        beside = file.with_name(file.name + MANIFEST)
        beside.write_bytes(base64.b64decode(signed["manifest"]))
    except OSError as error:
        raise Failure(f"{error.filename} cannot be written: {error.strerror}") from error
    finally:
        _partial(wish).unlink(missing_ok=True)
    _say(wish, file, beside, signed)


def _from_one_of(
    urls: Sequence[str], wish: Wish, reader: RequestSigner | None
) -> tuple[Path, dict[str, Any]]:
    """Ask the first node that answers: it is to sign for the file that it gave."""
    for url in urls[:-1]:
        try:
            return talk([url], lambda client: _ask(client, wish), reader, SECONDS)
        except Failure as failure:
            if failure.code is not ExitCode.UNREACHABLE:
                raise
    return talk(urls[-1:], lambda client: _ask(client, wish), reader, SECONDS)


async def _ask(client: Client, wish: Wish) -> tuple[Path, dict[str, Any]]:
    """Write the file, and return it with what the node signed for it.

    Both are of one height: that which the node had when the file was asked for, unless another was
    named.
    """
    asked = {name: str(value) for name, value in wish.asked.items() if value is not None}
    path, kind = f"/v1/statements/{wish.noun}", {"format": wish.kind}
    headers = await client.download(f"{path}?{_query(asked | kind)}", _partial(wish))
    if not asked.keys() & {"as_of", "to", "to_height"}:
        asked["at_height"] = headers["Ledger-Height"]
    signed = dict(await client.get(f"{path}/manifest?{_query(asked | kind)}"))
    file = wish.save or Path(_name(headers.get("Content-Disposition", ""), wish))
    _partial(wish).replace(file)
    return file, signed


def _query(asked: Mapping[str, str]) -> str:
    return urlencode(asked, errors="replace")


def _say(wish: Wish, file: Path, manifest: Path, signed: Mapping[str, Any]) -> None:
    shown = {
        "file": str(file),
        "manifest": str(manifest),
        "height": signed["height"],
        "rows": signed["rows"],
        "sha256": signed["sha256"],
    }
    if wish.genesis is not None:
        found = checking.statement(manifest, wish.genesis, file=file)
        shown["verified"] = f"against {wish.genesis}, signed by {found.authority}"
    else:
        note(f"check it: amanat verify {manifest} --genesis GENESIS")
    show(shown, Format.TABLE)


def _partial(wish: Wish) -> Path:
    """Return the file into which it is written until it is whole."""
    if wish.save is not None:
        return wish.save.with_name(wish.save.name + ".part")
    return Path(f"{wish.noun}.{wish.kind}.part")


def _name(disposition: str, wish: Wish) -> str:
    """Return the file's name as the node gives it, if it is no more than a name."""
    found = re.search(r'filename="([A-Za-z0-9][A-Za-z0-9_.-]{0,200})"', disposition)
    return found[1] if found else f"{wish.noun}.{wish.kind}"
