"""Processes are known by id and start time: a test network ends its own, and nobody else's."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amanat.node.testnet import processes
from amanat.node.testnet.layout import Layout


def record(pid: int, started: int | None) -> dict[str, Any]:
    return {"name": "mof", "pid": pid, "started": started, "api": "http://127.0.0.1:8101"}


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits until it is ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_a_process_is_recognised_while_it_runs(other: subprocess.Popen[bytes]) -> None:
    node = record(other.pid, processes.start_time(other.pid))
    assert processes.is_running(node)
    other.kill()
    other.wait()
    assert not processes.is_running(node)


def test_a_process_that_has_ended_and_was_not_asked_for_does_not_run(
    other: subprocess.Popen[bytes],
) -> None:
    node = record(other.pid, processes.start_time(other.pid))
    other.kill()
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
    assert not processes.is_running(node)
    assert processes.start_time(other.pid) is None


def test_this_process_and_one_that_cannot_be() -> None:
    assert isinstance(processes.start_time(os.getpid()), int)
    assert processes.start_time(2**22 + 1) is None
    assert not processes.is_running(record(2**22 + 1, None))


def test_a_process_that_was_started_is_ended(other: subprocess.Popen[bytes]) -> None:
    node = record(other.pid, processes.start_time(other.pid))
    assert processes.stop_all([node]) == ["mof"]
    assert other.wait() == -signal.SIGTERM
    assert processes.stop_all([node]) == []


def test_somebody_elses_process_under_a_recorded_id_is_left_alone(
    other: subprocess.Popen[bytes],
) -> None:
    started = processes.start_time(other.pid)
    assert started is not None
    for recorded in (started - 1, started + 1, None):
        node = record(other.pid, recorded)
        assert not processes.is_running(node)
        assert processes.stop_all([node]) == []
    assert other.poll() is None


def test_a_process_that_does_not_listen_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.05)
    deaf = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", deaf], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it no longer listens
        node = record(process.pid, processes.start_time(process.pid))
        assert processes.stop_all([node]) == ["mof"]
        assert process.wait() == -signal.SIGKILL


def test_what_is_recorded_is_read_back(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    for nodes in ([record(17, 4711)], [record(17, 4711), record(18, None)]):
        processes.write_record(layout, nodes)
        assert layout.read_record() == nodes
    assert [path.name for path in tmp_path.iterdir()] == ["testnet.json"]


def test_ports_that_somebody_listens_on_are_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        taken = first.getsockname()[1]
        with socket.create_server(("127.0.0.1", 0)) as second:
            free = second.getsockname()[1]
        assert processes.ports_in_use([taken, free]) == [taken]
