"""The unit in `config/systemd` against systemd and against the program that it starts."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec
import pytest
from typer.testing import CliRunner

from amanat.config.layers import strangers
from amanat.config.settings import NodeSettings
from amanat.node.cli.commands import app
from amanat.node.cli.failure import ExitCode
from amanat.node.data_directory import process_of
from tests.node.processes import Network, command

ROOT: Final = Path(__file__).parents[2]
UNIT: Final = ROOT / "config" / "systemd" / "amanat@.service"
DOCTOR: Final = UNIT.with_name("amanat-doctor@.service")
PROGRAM: Final = "/opt/amanat/bin/amanat"
EXPOSURE_MAX: Final = 15
"""`systemd-analyze security` times ten. What is left is what a node needs: network and sockets."""

ANALYZE: Final = shutil.which("systemd-analyze")
STRACE: Final = shutil.which("strace")
needs_systemd: Final = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")


def values(name: str, unit: Path = UNIT) -> list[str]:
    """Return what a unit sets under a name, in its order."""
    lines = unit.read_text().splitlines()
    return [line.split("=", 1)[1] for line in lines if line.startswith(f"{name}=")]


def value(name: str, unit: Path = UNIT) -> str:
    (only,) = values(name, unit)
    return only


# Against systemd.


def instance(unit: Path, place: Path) -> str:
    """Put the unit of one node there, with a program that is on this machine."""
    path = place / unit.name.replace("@", "@mof")
    path.write_text(unit.read_text().replace(PROGRAM, sys.executable))
    return str(path)


@needs_systemd
@pytest.mark.parametrize("unit", [UNIT, DOCTOR], ids=["node", "doctor"])
def test_systemd_takes_it(unit: Path, tmp_path: Path) -> None:
    found = subprocess.run(
        [str(ANALYZE), "verify", instance(unit, tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (found.returncode, found.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", [UNIT, DOCTOR], ids=["node", "doctor"])
def test_it_leaves_little_exposed(unit: Path, tmp_path: Path) -> None:
    measure = ["security", "--offline=true", f"--threshold={EXPOSURE_MAX}"]
    found = subprocess.run(
        [str(ANALYZE), *measure, instance(unit, tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert found.returncode == 0, found.stdout


def permitted() -> set[str]:
    """Return the system calls that the unit permits, as this machine's systemd names them."""
    listed = subprocess.run(
        [str(ANALYZE), "syscall-filter", "--no-pager"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    groups: dict[str, list[str]] = {}
    group = ""
    for line in listed.splitlines():
        word = line.strip()
        if word.startswith("#") or not word:
            continue
        if line.startswith("@"):
            group = word
            groups[group] = []
        else:
            groups[group].append(word)

    def calls(name: str) -> set[str]:
        inside = groups.get(name)
        return {name} if inside is None else {call for each in inside for call in calls(each)}

    found = calls("@default")
    for each in values("SystemCallFilter"):
        names = set().union(*(calls(name) for name in each.lstrip("~").split()))
        found = found - (names - calls("@default")) if each.startswith("~") else found | names
    return found


@needs_systemd
@pytest.mark.skipif(STRACE is None, reason="strace is not here")
def test_a_node_needs_no_more_than_it_permits(tmp_path: Path) -> None:
    """No other system call, and no memory that is written and executed."""
    traced = tmp_path / "calls"
    denying = "import ctypes, os, sys; assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0; "
    with Network(tmp_path, ["mof"], quorum=1) as network:
        network.processes["mof"] = process = subprocess.Popen(
            [
                *(str(STRACE), "-f", "-c", "-I", "1", "-o", str(traced), sys.executable, "-c"),
                denying + "os.execv(sys.argv[1], sys.argv[1:])",
                *command(network.settings("mof")),
            ],
            stderr=subprocess.DEVNULL,
        )
        asyncio.run(network.ready())
        os.kill(process_of(tmp_path / "data" / "mof"), signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    rows = [line.split() for line in traced.read_text().splitlines()]
    made = {row[-1] for row in rows if row and row[0][0].isdigit()} - {"total"}
    assert {"openat", "sendto", "fdatasync"} <= made
    assert made - permitted() == set()


# Against the program.


@pytest.mark.parametrize("unit", [UNIT, DOCTOR], ids=["node", "doctor"])
def test_what_it_starts_is_a_command_of_the_program(unit: Path) -> None:
    program, verb, option, settings = value("ExecStart", unit).split()
    assert program == PROGRAM
    assert f'ENTRYPOINT ["{PROGRAM}"]' in (ROOT / "docker" / "Dockerfile").read_text()
    assert settings == "/etc/amanat/%i/node.toml"
    done = CliRunner().invoke(app, [verb, option, "/nowhere/node.toml"])
    assert done.exit_code != 0
    assert "/nowhere/node.toml does not exist" in f"{done.exception}{done.output}"


def test_what_it_sets_in_the_environment_are_settings() -> None:
    variables = dict(each.split("=", 1) for each in value("Environment").split())
    ours = {name: each for name, each in variables.items() if name.startswith("AMANAT_")}
    assert ours == {"AMANAT_PASSPHRASE_FILE": "%d/passphrase"}
    assert strangers(NodeSettings, ours) == []
    assert "passphrase_file" in {field.name for field in msgspec.structs.fields(NodeSettings)}
    assert value("LoadCredential").startswith("passphrase:")


def test_it_does_not_start_again_where_somebody_must_look_first() -> None:
    kept_down = {int(code) for code in value("RestartPreventExitStatus").split()}
    assert kept_down == {ExitCode.USAGE, ExitCode.BROKEN}
    assert value("Restart") == "on-failure"


def test_its_reload_is_a_signal_that_the_node_takes() -> None:
    assert value("ExecReload") == "/bin/kill -HUP $MAINPID"
    assert "signal.SIGHUP" in (ROOT / "node" / "run.py").read_text()


def test_nobody_but_the_owner_enters_its_state() -> None:
    assert (value("StateDirectory"), value("StateDirectoryMode")) == ("amanat/%i", "0700")
    assert value("UMask") == "0077"


def test_both_units_use_the_same_user_and_passphrase() -> None:
    for name in ("User", "Group", "LoadCredential", "Environment", "SystemCallFilter"):
        assert values(name) == values(name, DOCTOR)


def test_its_user_is_the_one_that_is_made() -> None:
    (line,) = (
        each
        for each in UNIT.with_name("amanat.conf").read_text().splitlines()
        if not each.startswith("#")
    )
    assert line.split()[:2] == ["u", value("User")]
