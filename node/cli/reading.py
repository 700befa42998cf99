"""As whom a command reads; `amanat token create`; `amanat node access-log`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from amanat.client.message_signatures import RequestSigner
from amanat.config.settings import SettingsError, load_settings
from amanat.node import access_log
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import Failure
from amanat.node.cli.output import Format, figures, note, say, show
from amanat.node.cli.passphrases import Passphrases, open_key
from amanat.node.client import Client


def reader(
    key: str | None, passphrase_file: Path | None, passphrase_fd: int | None
) -> RequestSigner | None:
    """Return what signs the requests of a command, None if it asks as nobody.

    Raises:
        Failure: there is a passphrase and no key, or the key cannot be opened.
    """
    if key is None:
        if passphrase_file is not None or passphrase_fd is not None:
            raise Failure("a passphrase without a key: say --key as well")
        return None
    return RequestSigner(open_key(key, Passphrases(passphrase_file, passphrase_fd)))


def token(
    signing: RequestSigner, api: Sequence[str], *, path: str, seconds: int, output: Format
) -> None:
    """Get a token from the first node, and print it alone; what it is for goes beside it."""
    url = api_urls(api)[0]

    async def ask(client: Client) -> dict[str, Any]:
        return await client.token(path, seconds)

    made = talk([url], ask, reader=signing)
    if output is not Format.TABLE:
        show(made | {"api": url}, output)
        return
    say(made["token"])
    note(f"for {made['participant']}, at {url}, {made['path']} and below, {seconds} s long")


def show_access_log(config: Path, output: Format) -> None:
    """Show who read what is not its own at this node, and who was refused, the oldest first."""
    try:
        directory = Path(load_settings(config).data) / "access"
        found = sorted(access_log.read(directory), key=lambda line: str(line.get("time")))
    except (SettingsError, OSError) as error:
        raise Failure(str(error)) from error
    if output is not Format.TABLE:
        show(found, output)
        return
    show([_readable(line) for line in found], output)


def _readable(line: dict[str, Any]) -> dict[str, Any]:
    refused = line.get("refused_with")
    key = line.get("key")
    return {
        "time": line.get("time"),
        "participant": line.get("participant"),
        "key": None if key is None else f"{key[:16]}…",
        "route": line.get("route"),
        "about": figures(dict(line.get("about", {}))),
        "outcome": f"refused: {refused}" if refused else f"as {line.get('granted_as')}",
    }
