"""The tree of commands as a whole: what it is made of, how it fails, what it costs to ask."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.models import CommandInfo

from amanat.node.cli.commands import EXIT_CODES, app
from amanat.node.cli.failure import ExitCode
from tests.node.cli.running import Amanat

DOCUMENT = Path(__file__).parents[3] / "docs" / "cli.md"


def commands() -> list[str]:
    """Return every command, as it is typed."""
    found = [_called(command) for command in app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        within = f"{group.name} " if isinstance(group.name, str) else ""
        found += [
            f"{within}{_called(command)}" for command in group.typer_instance.registered_commands
        ]
    return found


def _called(command: CommandInfo) -> str:
    return str(command.name or getattr(command.callback, "__name__", ""))


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented_and_has_help(amanat: Amanat, command: str) -> None:
    assert f"amanat {command}" in DOCUMENT.read_text()
    ended = amanat(*command.split(), "--help")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: amanat {command} ")


OF_ONE_FORM = {
    *("authority learn", "authority admit", "authority remove"),  # operations in JSON
    *("operation example", "operation manual", "key sheet", "key ceremony"),
}


@pytest.mark.parametrize("command", commands())
def test_whatever_shows_something_can_show_it_to_programs(amanat: Amanat, command: str) -> None:
    assert ("--output" in amanat(*command.split(), "--help").out) == (command not in OF_ONE_FORM)


def test_exit_codes_are_the_documented_ones(amanat: Amanat) -> None:
    documented = re.findall(r"^\| (\d) \|", DOCUMENT.read_text(), re.MULTILINE)
    assert [int(code) for code in documented] == [code.value for code in ExitCode]
    assert [int(code) for code in re.findall(r"(\d) \w", EXIT_CODES)] == list(ExitCode)
    assert " ".join(EXIT_CODES.split()) in " ".join(amanat("--help").out.split())


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["key"],
        ["frobnicate"],
        ["status", "--frobnicate"],
        ["status", "-o", "xml"],
        ["status", "more"],
        ["holding", "transfer"],
        ["holding", "transfer", "--from"],
        ["transaction", "submit", "file", "--wait", "soon"],
        ["genesis", "create", "file", "--network", "n", "--quorum", "many"],
        ["init", "--config"],
    ],
)
def test_wrong_use_ends_with_2_and_the_usage(amanat: Amanat, arguments: list[str]) -> None:
    ended = amanat(*arguments)
    assert ended.code == 2
    assert "Usage: amanat" in ended.out + ended.err or "requires an argument" in ended.err


def test_help_imports_nothing_that_is_slow() -> None:
    script = (
        "import sys\n"
        "from amanat.node.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    sys.stderr.write(' '.join(sys.modules))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, "--help"],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert "travel-data" in ended.stdout
    loaded = {name.split(".")[0] for name in ended.stderr.split()}
    assert "typer" in loaded
    assert not loaded & {"rich", "aiohttp", "plyvel", "cryptography", "nacl"}


def test_a_failure_reaches_the_shell_as_one_line_and_its_code() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "amanat.node", "status", "--api", "http://127.0.0.1:1"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (ExitCode.UNREACHABLE, "")
    assert re.fullmatch(r"amanat: no node answered: .*\n", ended.stderr)
