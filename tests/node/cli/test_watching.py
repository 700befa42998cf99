"""How far a command has come: a bar on a terminal, elsewhere a line now and then, or nothing."""

import io
import os
import subprocess
import sys

import pytest

from amanat.node.cli.watching import LINE_SECONDS, lines, on_terminal


def test_a_line_says_where_it_stands_how_fast_and_how_long_yet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = 0.0
    watch = lines("audit", 1_000, lambda: now)
    for height in range(1_001, 4_001):
        now += LINE_SECONDS / 1_000
        watch(height, 5_000)
    written = capsys.readouterr()
    assert written.out == ""
    first, *others = written.err.splitlines()
    assert first.startswith("audit: block 2,00")
    assert first.endswith("of 5,000 (40%), 100 blocks/s, 30 s left")
    assert len(others) in (1, 2)


def test_where_the_end_is_not_known_it_says_where_it_stands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = 0.0
    watch = lines("export", 0, lambda: now)
    now = LINE_SECONDS
    watch(7, 0)
    assert capsys.readouterr().err == "export: block 7\n"


def test_where_nobody_looks_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with on_terminal("download", "bytes") as watch:
        assert watch is None
    assert capsys.readouterr().err == ""


class Terminal(io.StringIO):
    """Takes what is written as a terminal does."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_bar_tells_the_rate_and_the_time_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    printed = io.StringIO()
    monkeypatch.setattr(sys, "stdout", printed)
    with on_terminal("download", "bytes") as watch:
        assert watch is not None
        watch(250, 1_000)
        sys.stdout.write("a line of output\n")
    shown = terminal.getvalue()
    assert "download" in shown
    assert "250/1000" in shown
    assert "bytes/s" in shown
    assert ":" in shown.split("bytes/s")[-1]
    assert printed.getvalue() == "a line of output\n"


def test_a_command_shows_its_bar_on_a_terminal_alone() -> None:
    program = [
        sys.executable,
        "-m",
        "amanat.node",
        "simulation",
        "run",
        "--seeds",
        "4",
        "--processes",
        "1",
    ]
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=theirs, env=environment
    ) as running:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        assert running.stdout is not None
        output = running.stdout.read()
    os.close(ours)
    assert running.returncode == 0
    assert b"seeds/s" in shown
    assert b"seeds/s" not in output
    piped = subprocess.run(program, capture_output=True, check=True)
    assert piped.stderr == b""


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other side is closed: there is no more
        return b""
