"""Runs the checker in JavaScript, where Node is installed."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

PROGRAM: Final = Path(__file__).parents[2] / "verifier" / "javascript" / "verify.mjs"
NODE_LEAST: Final = 20


@dataclass(frozen=True)
class Case:
    """A file to be checked under a genesis document, with what shows later authorities."""

    genesis: bytes
    file: bytes
    eras: bytes | None = None

    def line(self) -> str:
        """Return what the program reads."""
        given = {"genesis": self.genesis, "file": self.file, "eras": self.eras}
        shown = {name: value.hex() for name, value in given.items() if value is not None}
        return json.dumps(shown) + "\n"


def node() -> str:
    """Return the path of Node, or skip the test."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("Node is not installed, so the checker in JavaScript is not run")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.match(r"v(\d+)\.", told)
    if version is None or int(version[1]) < NODE_LEAST:
        pytest.skip(f"Node is {told.strip()}; the checker in JavaScript needs {NODE_LEAST}")
    return found


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the program as a person does."""
    command = [node(), str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


class Started:
    """One process that checks many files while this one does something else."""

    def __init__(self, cases: Iterable[Case], directory: Path) -> None:
        asked, self._answers = directory / "cases", directory / "verdicts"
        asked.write_text("".join(case.line() for case in cases))
        with asked.open() as reading, self._answers.open("w") as writing:
            command = [node(), str(PROGRAM), "--lines"]
            self._process = subprocess.Popen(command, stdin=reading, stdout=writing)

    def verdicts(self) -> list[dict[str, Any]]:
        """Return its verdicts, in order."""
        assert self._process.wait(timeout=120) == 0
        return [json.loads(line) for line in self._answers.read_text().splitlines()]


def evaluated(code: str) -> Any:
    """Return what a module in the program's folder writes, which is JSON."""
    command = [node(), "--input-type=module", "-"]
    done = subprocess.run(
        command,
        input=code,
        cwd=PROGRAM.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
