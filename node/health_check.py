"""Asks the node on this machine whether it is ready: what a container's health check runs.

    python -m amanat.node.health_check /etc/amanat/node.toml

It needs nothing but the standard library, so that it is cheap to run every few seconds. Exit code
0: ready; 1: not ready, or no answer, and the line that it prints says why.
"""

import json
import os
import ssl
import sys
import tomllib
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final

SECONDS: Final = 3.0
"""How long the node may take to answer."""


def main(arguments: Sequence[str]) -> int:
    """Print whether the node of the settings file named is ready. Return the exit code."""
    try:
        (settings,) = arguments
        api = _api_of(Path(settings))
        listen = os.environ.get("AMANAT_API__LISTEN") or str(api["listen"])
        tls = os.environ.get("AMANAT_API__TLS_CERTIFICATE") or api.get("tls_certificate")
        ready, reason = ask(listen, tls=bool(tls))
    except (OSError, ValueError, KeyError, TypeError, HTTPException) as error:
        ready, reason = False, f"no answer: {error!r}"
    sys.stdout.write(reason + "\n")
    return 0 if ready else 1


def _api_of(settings: Path) -> dict[str, Any]:
    """Return what the settings file says of the API; the environment stands above it."""
    return dict(tomllib.loads(settings.read_text(encoding="utf-8"))["api"])


def ask(listen: str, *, tls: bool = False) -> tuple[bool, str]:
    """Return whether the node whose API is at `host:port` is ready, and in words why it is not.

    With `tls` by HTTPS. The certificate is not checked: it is for the node's name, not for the
    address that it listens on, and what is asked for is whether this machine's node serves.

    Raises:
        OSError, HTTPException, ValueError: it does not answer, or not as a node does.
    """
    host, _, port = listen.rpartition(":")
    host = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - it is compared, not bound
    connection = _connection(host, int(port), tls=tls)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        checks = json.loads(answer.read())["checks"]
    finally:
        connection.close()
    failed = [f"{name}: {check['detail']}" for name, check in checks.items() if not check["ok"]]
    return answer.status == 200, "; ".join(failed) or "ready"


def _connection(host: str, port: int, *, tls: bool) -> HTTPConnection:
    if not tls:
        return HTTPConnection(host, port, timeout=SECONDS)
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, port, timeout=SECONDS, context=unchecked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
