"""Asks the node on this machine whether it is ready: what a container's health check runs.

    python -m amanat.node.health_check /etc/amanat/node.toml

It needs nothing but the standard library, so that it is cheap to run every few seconds. Exit code
0: ready; 1: not ready, or no answer, and the line that it prints says why.
"""

import json
import os
import sys
import tomllib
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

SECONDS: Final = 3.0
"""How long the node may take to answer."""


def main(arguments: Sequence[str]) -> int:
    """Print whether the node of the settings file named is ready. Return the exit code."""
    try:
        (settings,) = arguments
        listen = os.environ.get("AMANAT_API__LISTEN") or _listen_of(Path(settings))
        ready, reason = ask(listen)
    except (OSError, ValueError, KeyError, TypeError, HTTPException) as error:
        ready, reason = False, f"no answer: {error!r}"
    sys.stdout.write(reason + "\n")
    return 0 if ready else 1


def _listen_of(settings: Path) -> str:
    """Return where the node listens by its settings file; the environment stands above it."""
    return str(tomllib.loads(settings.read_text(encoding="utf-8"))["api"]["listen"])


def ask(listen: str) -> tuple[bool, str]:
    """Return whether the node whose API is at `host:port` is ready, and in words why it is not.

    Raises:
        OSError, HTTPException, ValueError: it does not answer, or not as a node does.
    """
    host, _, port = listen.rpartition(":")
    connection = HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, int(port), SECONDS)  # noqa: S104 - it is compared, not bound
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        checks = json.loads(answer.read())["checks"]
    finally:
        connection.close()
    failed = [f"{name}: {check['detail']}" for name, check in checks.items() if not check["ok"]]
    return answer.status == 200, "; ".join(failed) or "ready"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
