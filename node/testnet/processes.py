"""Starts the nodes as processes, and ends exactly those that it started.

A process is known by its id *and* its start time, so that an id which the system has given to
somebody else meanwhile is left alone.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from amanat.config.settings import load_settings
from amanat.node.testnet.layout import HOST, MEMBERS, Layout

STOP_SECONDS: Final = 5.0
"""After this long a process that was told to stop is killed."""


def start(layout: Layout, name: str) -> dict[str, Any]:
    """Start one node in the background and return its record."""
    settings = layout.settings(name)
    api = load_settings(settings).api.url
    with layout.log(name).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program with paths that we made
            [sys.executable, "-m", "amanat.node", "start", "--config", settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return {
        "name": name,
        "pid": process.pid,
        "started": start_time(process.pid),
        "api": api,
    }


def start_all(layout: Layout) -> list[dict[str, Any]]:
    """Start every node and record what was started."""
    nodes = [start(layout, member.name) for member in MEMBERS]
    write_record(layout, nodes)
    return nodes


def write_record(layout: Layout, nodes: list[dict[str, Any]]) -> None:
    """Record what was started, whole or not at all."""
    temporary = layout.record.with_suffix(".new")
    temporary.write_text(json.dumps({"nodes": nodes}, indent=2) + "\n")
    temporary.replace(layout.record)


def is_running(node: dict[str, Any]) -> bool:
    """Return whether the recorded process, and not another with its id, runs."""
    started = start_time(node["pid"])
    return started is not None and started == node["started"]


def stop_all(nodes: list[dict[str, Any]]) -> list[str]:
    """End the recorded processes that still run. Return their names."""
    running = [node for node in nodes if is_running(node)]
    for node in running:
        os.kill(node["pid"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while any(is_running(node) for node in running) and time.monotonic() < deadline:
        time.sleep(0.02)
    for node in running:
        if is_running(node):
            os.kill(node["pid"], signal.SIGKILL)
    return [node["name"] for node in running]


def start_time(pid: int) -> int | None:
    """Return when a process started, in the kernel's ticks since boot; None if it does not run."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    # A zombie has ended; only its parent has not asked yet.
    return None if fields[0] == "Z" else int(fields[19])


def ports_in_use(ports: Iterable[int]) -> list[int]:
    """Return those of `ports` on which somebody listens."""
    taken = []
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                taken.append(port)
    return taken
