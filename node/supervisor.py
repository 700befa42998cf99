"""Tells the service manager that started this process how it is: systemd's notification protocol.

Source: sd_notify(3). Datagrams of `NAME=value` lines to the socket that `NOTIFY_SOCKET` names;
without one nobody is told anything.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from typing import Final

from amanat.node import clock

PINGS_PER_PERIOD: Final = 3
"""How often it says that it lives in the time after which it would be taken for dead."""


class Supervisor:
    """Whoever started the node, and wants to know when it serves, reloads and stops."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        process: int,
        monotonic: Callable[[], float] = clock.monotonic,
    ) -> None:
        """`environment` names the socket, and for which process a watchdog waits how long.

        Args:
            environment: `NOTIFY_SOCKET`, and perhaps `WATCHDOG_USEC` and `WATCHDOG_PID`.
            process: this process's id.
            monotonic: seconds of the clock that CLOCK_MONOTONIC is.
        """
        self._monotonic = monotonic
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        meant = environment.get("WATCHDOG_PID", str(process)) == str(process)
        period = environment.get("WATCHDOG_USEC", "") if meant else ""
        self.watchdog_seconds = int(period) / 1e6 if period.isdigit() else None
        """After how long without a word it takes this process for dead; None if it never does."""

    def ready(self, status: str) -> None:
        """Say that the node serves: it can be reached. It may still have much to catch up on."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """Say that the settings are read again; `ready` says that this is done."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(self._monotonic() * 1e6)}")

    def stopping(self) -> None:
        """Say that the node was told to stop, and does."""
        self._tell("STOPPING=1", "STATUS=stopping")

    async def watch(self) -> None:
        """Say again and again that the event loop turns, if somebody waits for it."""
        while self.watchdog_seconds:
            self._tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_seconds / PINGS_PER_PERIOD)

    def _tell(self, *lines: str) -> None:
        if self._address is None:
            return
        # A manager that is gone or does not listen is no reason to end, nor to wait for it.
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.settimeout(0)
            sender.sendto("\n".join(lines).encode(), self._address)


def supervisor_of_this_process() -> Supervisor:
    """Return the service manager of this process, which may be nobody."""
    return Supervisor(os.environ, process=os.getpid())


def _address(named: str) -> str | None:
    """Return the address of a socket: a path, or a name in the abstract namespace."""
    if named.startswith("@"):
        return "\0" + named[1:]
    return named if named.startswith("/") else None
