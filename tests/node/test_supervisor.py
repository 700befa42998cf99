"""What a node tells the service manager that started it, on a real socket of systemd's protocol."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from amanat.node.supervisor import Supervisor
from tests.node.processes import Network, command


@pytest.fixture
def told(tmp_path: Path) -> Iterator[socket.socket]:
    """Listens where a service manager would."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(30)
        yield listening


def next_but_pings(told: socket.socket) -> dict[str, str]:
    """Return the next message that is no ping."""
    while True:
        found = fields(told)
        if found != {"WATCHDOG": "1"}:
            return found


def fields(told: socket.socket) -> dict[str, str]:
    lines = told.recv(4096).decode().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_node_says_when_it_serves_reloads_and_stops(tmp_path: Path, told: socket.socket) -> None:
    with Network(tmp_path, ["mof"], quorum=1) as network:
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"}
        process = subprocess.Popen(
            command(network.settings("mof")),
            env=os.environ | environment,
            stderr=subprocess.DEVNULL,
        )
        network.processes["mof"] = process
        ready = next_but_pings(told)
        assert ready == {"READY": "1", "STATUS": f"mof serves at {network.api('mof')}"}
        assert fields(told) == {"WATCHDOG": "1"}

        process.send_signal(signal.SIGHUP)
        reloading = next_but_pings(told)
        assert reloading["RELOADING"] == "1"
        assert int(reloading["MONOTONIC_USEC"]) > 0
        assert next_but_pings(told)["READY"] == "1"

        process.send_signal(signal.SIGTERM)
        assert next_but_pings(told)["STOPPING"] == "1"
        assert process.wait(timeout=20) == 0


async def test_it_says_again_and_again_that_its_loop_turns(
    tmp_path: Path, told: socket.socket
) -> None:
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000"}
    pinging = asyncio.create_task(Supervisor(environment, process=1).watch())
    for _ in range(3):
        assert await asyncio.to_thread(fields, told) == {"WATCHDOG": "1"}
    pinging.cancel()


async def test_a_watchdog_of_another_process_is_not_fed(
    tmp_path: Path, told: socket.socket
) -> None:
    environment = {
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": "30000",
        "WATCHDOG_PID": "2",
    }
    supervisor = Supervisor(environment, process=1)
    await supervisor.watch()  # ends at once
    told.setblocking(False)
    with pytest.raises(BlockingIOError):
        told.recv(1)


def test_the_time_of_a_reload_is_in_microseconds(tmp_path: Path, told: socket.socket) -> None:
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
    Supervisor(environment, process=1, monotonic=lambda: 1.5).reloading()
    assert fields(told) == {"RELOADING": "1", "MONOTONIC_USEC": "1500000"}


def test_a_name_in_the_abstract_namespace_is_one() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("")
        listening.settimeout(30)
        name = listening.getsockname()[1:].decode()
        Supervisor({"NOTIFY_SOCKET": f"@{name}"}, process=1).stopping()
        assert fields(listening)["STOPPING"] == "1"


@pytest.mark.parametrize("named", ["", "/nowhere/at/all", "relative"])
async def test_a_manager_that_does_not_listen_is_no_fault(named: str) -> None:
    supervisor = Supervisor({"NOTIFY_SOCKET": named, "WATCHDOG_USEC": "what"}, process=1)
    supervisor.ready("")
    supervisor.reloading()
    await supervisor.watch()
