"""`amanat statement`: fetch a statement's file and its manifest from one node, and check them."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from amanat.client.message_signatures import RequestSigner
from amanat.node.cli import checking
from amanat.node.cli.connection import api_urls
from amanat.node.cli.downloading import Download
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, show

MANIFEST: Final = ".manifest"
"""What the manifest's name has behind the file's."""

OCTETS: Final = "application/octet-stream"


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
        file, height = _from_one_of(api_urls(api), wish, reader)
    except OSError as error:
        raise Failure(f"{error.filename} cannot be written: {error.strerror}") from error
    finally:
        for part in _parts(wish):
            part.unlink(missing_ok=True)
    _say(wish, file, height)


def _from_one_of(urls: Sequence[str], wish: Wish, reader: RequestSigner | None) -> tuple[Path, str]:
    """Ask the first node that answers: it is to sign for the file that it gave."""
    for url in urls[:-1]:
        try:
            return asyncio.run(_from(url, wish, reader))
        except Failure as failure:
            if failure.code is not ExitCode.UNREACHABLE:
                raise
    return asyncio.run(_from(urls[-1], wish, reader))


async def _from(url: str, wish: Wish, reader: RequestSigner | None) -> tuple[Path, str]:
    """Write the file and its manifest, and return the file with the height that both are of.

    That is the height which the node had when the file was asked for, unless another was named.
    """
    asked = {name: str(value) for name, value in wish.asked.items() if value is not None}
    path, kind = f"/v1/statements/{wish.noun}", {"format": wish.kind}
    content, signed = _parts(wish)
    async with Download(url, reader) as download:
        headers = await download.into(f"{path}?{_query(asked | kind)}", content)
        if not asked.keys() & {"as_of", "to", "to_height"}:
            asked["at_height"] = headers.get("Ledger-Height", "")
        query = _query(asked | kind)
        await download.into(f"{path}/manifest?{query}", signed, accept=OCTETS)
    file = wish.save or Path(_name(headers.get("Content-Disposition", ""), wish))
    content.replace(file)
    signed.replace(_beside(file))
    return file, headers.get("Ledger-Height", "")


def _beside(file: Path) -> Path:
    return file.with_name(file.name + MANIFEST)


def _query(asked: Mapping[str, str]) -> str:
    return urlencode(asked, errors="replace")


def _say(wish: Wish, file: Path, height: str) -> None:
    manifest = _beside(file)
    shown = {"file": str(file), "manifest": str(manifest), "height": height}
    if wish.genesis is not None:
        found = checking.statement(manifest, wish.genesis, file=file)
        shown["rows"] = str(found.rows)
        shown["verified"] = f"against {wish.genesis}, signed by {found.authority}"
    else:
        note(f"check it: amanat proof verify {manifest} --genesis GENESIS")
    show(shown, Format.TABLE)


def _parts(wish: Wish) -> tuple[Path, Path]:
    """Return the files into which file and manifest are written until they are whole."""
    name = f"{wish.noun}.{wish.kind}" if wish.save is None else wish.save.name
    directory = Path() if wish.save is None else wish.save.parent
    return directory / f"{name}.part", directory / f"{name}{MANIFEST}.part"


def _name(disposition: str, wish: Wish) -> str:
    """Return the file's name as the node gives it, if it is no more than a name."""
    found = re.search(r'filename="([A-Za-z0-9][A-Za-z0-9_.-]{0,200})"', disposition)
    return found[1] if found else f"{wish.noun}.{wish.kind}"
