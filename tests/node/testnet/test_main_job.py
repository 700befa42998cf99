"""The whole life of a test network: up with the main job, seen, stopped, started, cleaned."""

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amanat.node.testnet.main_job import STEPS
from amanat.node.testnet import processes
from amanat.node.testnet.layout import DIRECTORY, MEMBERS, Layout, Ports
from tests.node.cli.running import Amanat, in_this_process


def free_ports() -> Ports:
    """Return ports that nobody uses, below those that the kernel gives to outgoing connections."""
    while True:
        ports = Ports(random.SystemRandom().randrange(10_000, 30_000))
        if not processes.ports_in_use(ports.every()):
            return ports


@pytest.fixture
def amanat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Amanat]:
    """Run a command in a directory where the network will be in the usual place."""
    yield in_this_process(tmp_path, monkeypatch, capsys)
    processes.stop_all(Layout(tmp_path / DIRECTORY).read_record())


def running(amanat: Amanat) -> list[tuple[int, bool]]:
    """Return each recorded process, and whether it runs."""
    rows = amanat("testnet", "status", "-o", "json").json
    return [(row["pid"], row["running"]) for row in rows]


def test_a_test_network_from_up_to_clean(amanat: Amanat, tmp_path: Path) -> None:
    ports = free_ports()
    up = ("testnet", "up", "--base-port", str(ports.base))
    played = subprocess.run(
        [sys.executable, "-m", "amanat.node", *up],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert played.stderr == ""
    bill = check_job(played.stdout)
    check_nodes(amanat("status", "-o", "json").json, ports)
    for command in re.findall(r"^  \.venv/bin/amanat (.*)$", played.stdout, re.MULTILINE):
        assert amanat(*command.split()).code == 0, command

    before = running(amanat)
    assert [runs for _, runs in before] == [True] * 5
    again = amanat(*up)
    assert (again.code, again.err) == (0, "")
    assert again.out.startswith(f"A test network is already running in {DIRECTORY}:")
    assert all(str(pid) in again.out for pid, _ in before)
    assert running(amanat) == before
    assert "still run: `make testnet-stop` first" in amanat("testnet", "clean").failed(2)

    stopped = amanat("testnet", "stop")
    assert stopped.out == f"Stopped {', '.join(member.name for member in MEMBERS)}\n"
    assert [runs for _, runs in running(amanat)] == [False] * 5
    for member in MEMBERS:
        last = Layout(DIRECTORY).log(member.name).read_text().splitlines()[-1]
        assert json.loads(last)["event"] == "node.stopped"

    assert amanat("testnet", "start").code == 0
    assert amanat("holding", "show", "client-b", bill, "-o", "json").json["amount"] == "4500000000"
    amanat("testnet", "stop")
    assert amanat("testnet", "clean").out == f"{DIRECTORY} is gone\n"
    assert list(tmp_path.iterdir()) == []


def check_nodes(nodes: list[dict[str, Any]], ports: Ports) -> None:
    """Check what `amanat status` says of a network that is well."""
    assert sorted(node["name"] for node in nodes) == sorted(member.name for member in MEMBERS)
    assert len({node["state_root"] for node in nodes}) == 1
    assert sorted(node["role"] for node in nodes) == ["follower"] * 4 + ["leader"]
    assert len({node["term"] for node in nodes}) == 1
    apis = {f"http://127.0.0.1:{ports.api(index)}" for index in range(len(MEMBERS))}
    assert {node["api"] for node in nodes} == apis


def check_job(played: str) -> str:
    """Check what the main job says it saw; return the bill's ISIN."""
    steps = dict(re.findall(r"^ ?(\d+)\. (.*)$", played, re.MULTILINE))
    assert list(steps) == [str(number) for number in range(1, STEPS + 1)]
    bill = re.search(r"treasury bill (PKT\w{9}), 84 days", steps["2"])
    assert bill is not None
    assert (
        "MoF tries to issue the bill alone: rejected, missing_approval (central_bank)"
        in (steps["6"])
    )
    assert "sells at 97.6406 (yield 10.50 %) delivery versus payment" in steps["8"]
    assert "client-b holds PKR 45,000,000.00 of the bill" in steps["10"]
    assert "checked offline" in steps["10"]
    killed = re.search(r"the leader (\S+) is killed \(SIGKILL\); (\S+) leads", steps["11"])
    assert killed is not None
    assert killed[1] != killed[2]
    assert steps["12"].startswith(f"{killed[1]} comes back and catches up: ")
    return bill[1]
