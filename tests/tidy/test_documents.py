"""The documents keep to what the repository is: links, lists, lock files, no machine of ours."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

from amanat.node.version import VERSION
from tests.tidy.tree import ROOT, files, said

README: Final = ROOT / "README.md"
DOCUMENTS: Final = [README, *(path for path in files("docs") if path.suffix == ".md")]
DECISIONS: Final = [path for path in DOCUMENTS if path.parent.name == "decisions"]
LOCKS: Final = {name: ROOT / name for name in ("requirements.lock", "requirements-dev.lock")}
DECISION_LINES_MAX: Final = 40

project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


# Decisions.


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name.split("-")[0]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert len(numbers) >= 9


def test_a_decision_is_short_and_titled_by_its_number() -> None:
    for path in DECISIONS:
        assert re.fullmatch(r"\d{4}(-[a-z0-9]+)+\.md", path.name)
        lines = path.read_text().splitlines()
        assert re.fullmatch(rf"# {int(path.name[:4])}\. \S.*", lines[0]), path
        assert len(lines) <= DECISION_LINES_MAX, path


# The README and what it points to.


def test_the_readme_shows_every_folder() -> None:
    text = README.read_text()
    folders = {said(path).split("/")[0] for path in files() if "/" in said(path)}
    shown = {folder for folder in folders if f"{folder}/" in text or folder.startswith(".")}
    assert folders - shown == set()


def test_every_document_can_be_found_from_the_readme() -> None:
    text = README.read_text()
    for path in DOCUMENTS:
        if path not in {README, *DECISIONS}:
            assert said(path) in text
    assert "docs/decisions/" in text


def test_links_lead_somewhere() -> None:
    link = re.compile(r"\]\(([^)#\s]+)")
    broken = [
        f"{said(path)}: {target}"
        for path in DOCUMENTS
        for target in link.findall(path.read_text())
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


def test_files_that_are_named_exist() -> None:
    file = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|json|toml))`")
    missing = [
        f"{said(path)}: {name}"
        for path in DOCUMENTS
        for name in file.findall(path.read_text())
        if not (ROOT / name).exists()
    ]
    assert missing == []


def test_no_place_was_left_to_be_filled_in() -> None:
    for path in DOCUMENTS:
        assert not re.search(r"@@\w+@@|\bTODO\b|\bTBD\b|\bFIXME\b", path.read_text()), said(path)


# What is built and installed.


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert phony is not None
    assert set(phony[1].split()) == targets
    make = shutil.which("make")
    assert make is not None
    shown = subprocess.run(
        [make, "-s", "help"], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True
    ).stdout
    assert set(re.findall(r"^make ([a-z-]+) ", shown, re.MULTILINE)) == targets - {"help"}


def test_the_changelog_has_an_entry_for_this_version() -> None:
    assert project["version"] == VERSION
    heading = rf"^## {re.escape(VERSION)} — \S"
    assert re.search(heading, (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    """Return the version that each requirement is locked to; fails on any other line."""
    found = {}
    for requirement in re.split(r"\n(?=\S)", lock.read_text().replace("\\\n", "").strip()):
        name = r"(?P<name>[A-Za-z0-9._-]+)(?:\[[a-z,]+\])?"
        marker = r"(?: ; [^-]+?)?"
        match = re.fullmatch(
            rf"{name}==(?P<version>\S+){marker}(?P<hashes>(?:\s+--hash=sha256:[0-9a-f]{{64}})+)\s*"
            r"(?:#.*)?",
            re.sub(r"\n\s+#.*", "", requirement),
        )
        assert match, f"{lock.name}: {requirement[:200]}"
        found[match["name"].lower().replace("_", "-")] = match["version"]
    return found


def required(requirements: list[str]) -> set[str]:
    """Return the names that requirements of pyproject.toml begin with."""
    return {re.split(r"[<>=[]", each)[0].lower() for each in requirements}


def test_every_requirement_is_locked_by_hash_and_names_no_index() -> None:
    run, develop = (pins(lock) for lock in LOCKS.values())
    assert required(project["dependencies"]) <= run.keys()
    assert required(project["optional-dependencies"]["dev"]) <= develop.keys()
    assert run.items() <= develop.items()


def test_the_lock_files_hold_no_address() -> None:
    for lock in LOCKS.values():
        assert not re.search(r"://|--(?:extra-)?index|--find-links|^-", lock.read_text(), re.M)


# Nothing of the machine that it was written on.


def test_no_file_names_a_place_on_a_machine_of_ours() -> None:
    place = re.compile(r"(?<![\w.:-])/(?:work|home|root|Users)/\w")
    named = []
    for path in files():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if place.search(line):
                named.append(f"{said(path)}:{number}")
    assert named == []
