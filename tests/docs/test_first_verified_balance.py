"""The README's way to a first verified balance, as it is written there, on ports of its own."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from amanat.client.testing import free_base_port
from tests.tidy.tree import ROOT

AMANAT: Final = str(Path(sys.executable).with_name("amanat"))
COMMANDS_MAX: Final = 5


def commands() -> list[str]:
    """Return the commands of the README's section."""
    section = (ROOT / "README.md").read_text().split("### Your first verified balance\n")[1]
    return section.split("```sh\n")[1].split("```")[0].splitlines()


def made(target: str) -> str:
    """Return what `make TARGET` runs, once all is installed."""
    (recipe,) = re.findall(
        rf"^{re.escape(target)}: install\n\t@(.*)\n", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    return str(recipe).replace("$(BIN)", ".venv/bin")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    subprocess.run([AMANAT, "testnet", "stop"], cwd=tmp_path, check=False, capture_output=True)


def run(command: str, place: Path) -> str:
    words = [AMANAT if word == ".venv/bin/amanat" else word for word in shlex.split(command)]
    if words[1:] == ["testnet", "up"]:
        words += ["--base-port", str(free_base_port())]
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_five_commands_lead_to_a_balance_that_is_proved_offline(place: Path) -> None:
    typed = commands()
    assert len(typed) <= COMMANDS_MAX
    told: list[str] = []
    fingerprint = ""
    for command in typed:
        line = made(command.removeprefix("make ")) if command.startswith("make ") else command
        line = re.sub(r"(--fingerprint )\S+", rf"\g<1>{fingerprint}", line)
        told.append(run(line, place))
        if not fingerprint:
            (fingerprint,) = re.findall(r"fingerprint (\S+)", told[0])
    assert fingerprint in told[1]
    shown = re.search(r"amount\s+(.*)", told[2])
    assert shown is not None, told[2]
    assert shown[1].strip() in told[-1], (told[2], told[-1])
    assert "Stopped" in told[3]


def test_another_fingerprint_ends_it(place: Path) -> None:
    typed = commands()
    run(made("testnet"), place)
    words = shlex.split(typed[1].replace(".venv/bin/amanat", AMANAT))
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
