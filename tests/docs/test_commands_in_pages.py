"""Every command that a page shows is one that the command line understands."""

import re
import shlex
from pathlib import Path
from typing import Any, Final

import click
import pytest
from typer.main import get_command

from amanat.node.cli.commands import app

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def blocks(text: str) -> str:
    """Return what stands in the code blocks of a page."""
    return "\n".join(re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


def shown() -> list[tuple[str, str]]:
    """Return each command with the page that shows it; but those with something left out."""
    found = []
    for page in PAGES:
        lines = blocks(page.read_text()).replace("\\\n", " ").splitlines()
        for line in lines:
            command = re.match(r"(?:\$ )?(?:\S*/)?amanat (.*)", line.strip())
            if command and not re.search(r"…(?!\w)\s*$|\.\.\.|<[a-z]", command[1].split(" #")[0]):
                found.append((page.name, command[1]))
    return found


@pytest.mark.parametrize(("page", "text"), shown())
def test_it_is_understood(page: str, text: str) -> None:
    arguments = shlex.split(text, comments=True)
    for end in (";", "&&", "|", ">", ">>", "2>&1", "&"):
        if end in arguments:
            arguments = arguments[: arguments.index(end)]
    command: Any = get_command(app)
    context = click.Context(command, info_name="amanat")
    while hasattr(command, "commands"):
        while arguments[0].startswith("--"):  # what stands before the noun
            arguments = arguments[2:] if arguments[0] == "--ca" else arguments[1:]
        name, *arguments = arguments
        assert name in command.commands, f"{page}: amanat {text}: there is no {name}"
        command = command.commands[name]
    try:
        command.make_context("amanat", arguments, parent=context)
    except click.exceptions.Exit:
        pass  # --help
    except click.ClickException as error:
        pytest.fail(f"{page}: amanat {text}: {error.format_message()}")


def test_pages_show_many() -> None:
    assert len(shown()) > 100
