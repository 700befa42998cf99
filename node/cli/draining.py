"""`amanat node drain`: before a node is stopped, another one leads."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Final

from amanat.config.settings import SettingsError, load_settings
from amanat.node.cli.connection import talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, show
from amanat.node.client import Client
from amanat.node.data_directory import DirectoryError, process_of
from amanat.node.own_listeners import api_trust

SECONDS: Final = 10
"""How long another authority may take to be elected."""


def drain(config: Path, output: Format) -> None:
    """Tell the node of these settings, on this machine, to lead no more; wait until it does not."""
    try:
        settings = load_settings(config)
        process = process_of(Path(settings.data))
    except (SettingsError, DirectoryError) as error:
        raise Failure(str(error)) from error
    try:
        os.kill(process, signal.SIGUSR1)
    except OSError as error:
        raise Failure(f"process {process} cannot be told to drain: {error.strerror}") from error

    async def drained(client: Client) -> str | None:
        async with asyncio.timeout(SECONDS):
            while True:
                status = await client.get("/v1/status")
                if status["draining"] and status["role"] != "leader":
                    leader: str | None = status["leader"]
                    return leader
                await asyncio.sleep(0.05)  # no event tells from outside

    try:
        leader = talk([settings.api.url], drained, tls=api_trust(settings))
    except TimeoutError as error:
        raise Failure(
            f"{settings.name} still leads after {SECONDS} s: no other authority could be elected",
            ExitCode.UNREACHABLE,
        ) from error
    show({"name": settings.name, "draining": True, "leader": leader}, output)
