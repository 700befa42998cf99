"""`amanat support-bundle`: what whoever helps must see of a node, and nothing that is confidential.

No key, passphrase or other secret is read for it but by the checks, which show none. Without
`--unredacted` no account, holding or transaction is in it: of log lines only those fields are kept
that never name one, of blocks only the headers.
"""

import asyncio
import io
import os
import platform
import tarfile
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Final

import msgspec

from amanat.config.settings import NodeSettings, SettingsError, effective_settings
from amanat.node import clock
from amanat.node.cli import curl
from amanat.node.cli.examining import diagnosis
from amanat.node.cli.failure import Failure
from amanat.node.cli.log_redaction import redacted
from amanat.node.cli.network_status import gather
from amanat.node.cli.nodes import settings_of
from amanat.node.cli.output import Format, note, show
from amanat.node.client import Client, Refusal, Unreachable
from amanat.node.doctor.checks import ALL
from amanat.node.own_listeners import api_trust, operators_address
from amanat.node.version import VERSION

LOG_LINES: Final = 1_000
LOG_LINE_BYTES_MAX: Final = 64 * 1024
SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be in a bundle."""

    log: Path | None
    """The file that the node's log goes to, if it goes to one."""
    blocks: int
    """How many of the last blocks, at most 100."""
    unredacted: bool


def collect(
    config: Path, flags: Sequence[str], wanted: Wanted, save: Path | None, output: Format
) -> None:
    """Write the bundle into a new file, and list what is in it."""
    settings = settings_of(config, flags)
    parts = {
        "doctor.json": _json(msgspec.to_builtins(diagnosis(config, flags, ALL))),
        "settings.json": _json(_settings(config, flags)),
        "versions.json": _json(_versions()),
        **asyncio.run(_asked(settings, wanted)),
        **asyncio.run(_measured(settings)),
    }
    if wanted.log is not None:
        parts["log.jsonl"] = _log(wanted.log, unredacted=wanted.unredacted)
    path = save or Path(f"amanat-support-{settings.name}-{clock.now()}.tar.gz")
    listed = [{"file": name, "bytes": len(content)} for name, content in parts.items()]
    _write(path, parts)
    show(listed, output)
    what = "unredacted: it names accounts and transactions" if wanted.unredacted else "redacted"
    note(f"{path} ({what}); look through it before you send it: tar -tzf {path}")


def _settings(config: Path, flags: Sequence[str]) -> list[dict[str, Any]]:
    try:
        return [asdict(each) for each in effective_settings(config, flags=flags)]
    except SettingsError as error:
        raise Failure(str(error)) from error


def _versions() -> dict[str, Any]:
    installed = {each.metadata["Name"]: each.version for each in distributions()}
    return {
        "amanat": VERSION,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": dict(sorted(installed.items())),
    }


async def _asked(settings: NodeSettings, wanted: Wanted) -> dict[str, bytes]:
    """Return what the node answers; where it does not, why."""
    own = api_trust(settings)
    async with Client([settings.api.url], seconds=SECONDS, watch=curl.tell, tls=own) as client:
        try:
            blocks = await client.get(f"/v1/blocks?limit={wanted.blocks}")
            parts = {
                "status.json": _json(await gather(client)),
                "node.json": _json(await client.get("/v1/status")),
                "headers.json": _json(blocks),
            }
            if wanted.unredacted:
                whole = [await client.get(f"/v1/blocks/{each['height']}") for each in blocks]
                parts["blocks.json"] = _json(whole)
        except (Unreachable, Refusal) as error:
            return {"unreachable.txt": f"{error}\n".encode()}
    return parts


async def _measured(settings: NodeSettings) -> dict[str, bytes]:
    """Return what the node shows its operators, where it serves them."""
    found = operators_address(settings)
    if found is None:
        return {}
    url, own = found
    async with Client([url], seconds=SECONDS, watch=curl.tell, tls=own) as client:
        try:
            return {
                "metrics.txt": (await client.get_text("/metrics")).encode(),
                "peers.json": _json(await client.get("/node/peers")),
            }
        except (Unreachable, Refusal) as error:
            return {"operators-unreachable.txt": f"{error}\n".encode()}


def _log(path: Path, *, unredacted: bool) -> bytes:
    try:
        with path.open("rb") as file:
            lines = deque(file, maxlen=LOG_LINES)
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from error
    kept = [line[:LOG_LINE_BYTES_MAX] for line in lines]
    return b"".join(line if unredacted else redacted(line) for line in kept)


def _json(content: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _write(path: Path, parts: dict[str, bytes]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Failure(f"{path} cannot be made: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as bundle:
        for name, content in parts.items():
            member = tarfile.TarInfo(f"{path.name.removesuffix('.tar.gz')}/{name}")
            member.size, member.mode, member.mtime = len(content), 0o600, clock.now() // 1000
            bundle.addfile(member, io.BytesIO(content))
