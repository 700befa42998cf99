"""A container engine with Compose, as its command line shows it; and nodes as their ports do."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import urlopen

from amanat.node.testnet.containers.places import NODES, api_port, operators_port

ROOT: Final = Path(__file__).parents[2]
DOCKER: Final = shutil.which("docker")
COMPOSE_FILE: Final = ROOT / "docker" / "compose.yaml"
PROJECT: Final = "amanat-test"

SECONDS: Final = 120.0
"""How long anything but a build may take before the test gives up."""
BUILD_SECONDS: Final = 1800.0


def missing() -> str | None:
    """Return why nothing can be run in containers here, or None."""
    if os.environ.get("AMANAT_TEST_DOCKER") != "1":
        return "it takes an engine and minutes: run `make test-docker`"
    if DOCKER is None:
        return "there is no docker command on the PATH"
    answered = subprocess.run([DOCKER, "info"], capture_output=True, text=True, check=False)
    if answered.returncode != 0:
        return f"no engine answers: {answered.stderr.strip()[-200:]}"
    return None if _compose() else "there is neither `docker compose` nor `docker-compose`"


def _compose() -> list[str]:
    """Return how Compose is called here; nothing if it is not there."""
    plugin = [str(DOCKER), "compose"]
    found = subprocess.run([*plugin, "version"], capture_output=True, check=False)
    alone = shutil.which("docker-compose")
    return plugin if found.returncode == 0 else [alone] if alone is not None else []


def run(command: list[str], *, seconds: float = SECONDS) -> str:
    """Run a command that must succeed; return its standard output."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, cwd=ROOT, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def compose(*arguments: str, seconds: float = SECONDS) -> str:
    """Run Compose on the network of this test."""
    project = ["--project-name", PROJECT, "--file", str(COMPOSE_FILE)]
    return run([*_compose(), *project, *arguments], seconds=seconds)


def docker(*arguments: str) -> str:
    """Run the engine's command."""
    return run([str(DOCKER), *arguments])


def tools(*arguments: str) -> str:
    """Run `amanat` in the container that has the participants' keys."""
    return compose("run", "--rm", "-T", "tools", *arguments)


def container(service: str) -> str:
    """Return the id of a service's container, also of one that has ended."""
    label = f"label=com.docker.compose.service={service}"
    project = f"label=com.docker.compose.project={PROJECT}"
    ids = docker("ps", "--all", "--quiet", "--filter", label, "--filter", project).split()
    assert len(ids) == 1, f"{service} has the containers {ids}"
    return ids[0]


def inspected(service: str) -> dict[str, Any]:
    """Return what the engine knows of a service's container."""
    found: list[dict[str, Any]] = json.loads(docker("inspect", container(service)))
    return found[0]


def health(service: str) -> str:
    """Return what the container's health check last found."""
    return str(inspected(service)["State"]["Health"]["Status"])


def get(name: str, path: str) -> dict[str, Any]:
    """Return the JSON that a node serves on this machine, whatever the status."""
    try:
        with urlopen(f"http://127.0.0.1:{api_port(name)}{path}", timeout=10) as answer:
            return dict(json.load(answer))
    except HTTPError as error:
        return dict(json.load(error))


def text(name: str, path: str) -> str:
    """Return the text that a node serves its operators on this machine."""
    with urlopen(f"http://127.0.0.1:{operators_port(name)}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def eventually(condition: Callable[[], object], what: str) -> float:
    """Wait until `condition` holds; return the seconds that took."""
    started = time.monotonic()
    while True:
        try:
            if condition():
                return time.monotonic() - started
        except (OSError, ValueError):
            pass  # it does not listen, or its answer is cut off
        assert time.monotonic() - started < SECONDS, f"not after {SECONDS:.0f} s: {what}"
        time.sleep(0.05)


def roots() -> set[tuple[int, str]]:
    """Return the heights and state roots that the nodes are at."""
    shown = [get(node.name, "/v1/status") for node in NODES]
    return {(each["height"], each["state_root"]) for each in shown}
