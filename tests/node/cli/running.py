"""Runs the command line as the shell would see it: exit code, standard output, standard error."""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from amanat.node.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed with `-o json`, after it succeeded."""
        assert (self.code, self.err) == (0, "")
        return json.loads(self.out)

    def failed(self, code: int) -> str:
        """Return the one line with which it failed."""
        assert self.code == code, self
        (line,) = self.err.splitlines()
        assert line.startswith("amanat: ")
        return line.removeprefix("amanat: ")


Amanat = Callable[..., Ended]
"""Runs `amanat` with these arguments."""


def in_this_process(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Amanat:
    """Return what runs commands in `directory`; whatever they raise, the test raises too."""
    monkeypatch.chdir(directory)
    monkeypatch.delenv("AMANAT_API", raising=False)
    monkeypatch.delenv("AMANAT_CA", raising=False)

    def run(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["amanat", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        written = capsys.readouterr()
        return Ended(code if isinstance(code, int) else 0, written.out, written.err)

    return run


@contextmanager
def answering(answers: Mapping[str, tuple[int, bytes]]) -> Iterator[str]:
    """Serve fixed bodies by path, as something that is no node would. Yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path, (404, b"{}"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
