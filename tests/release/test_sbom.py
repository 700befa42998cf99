"""The bill of materials: all that is locked, nothing else, and valid by the format's own schema."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from release.locked import read_lock

ROOT: Final = Path(__file__).parents[2]


def made() -> str:
    """Return what `make sbom` prints."""
    return subprocess.run(
        [sys.executable, "-m", "release.sbom"],
        cwd=ROOT,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1790000000"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


@pytest.fixture(scope="module")
def bill() -> str:
    return made()


@pytest.fixture(scope="module")
def content(bill: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bill)
    return found


def test_it_is_valid_and_the_validator_can_say_no(bill: str) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(bill) is None
    assert validator.validate_str(bill.replace('"SHA-256"', '"SHA-257"', 1)) is not None


def test_every_locked_package_is_in_it_and_nothing_else(content: dict[str, Any]) -> None:
    listed = [
        (each["name"], each["version"], sorted(hash_["content"] for hash_ in each["hashes"]))
        for each in content["components"]
    ]
    locked = read_lock(ROOT / "requirements.lock")
    assert sorted(listed) == sorted((each.name, each.version, list(each.hashes)) for each in locked)


def test_what_is_installed_here_says_its_licence(content: dict[str, Any]) -> None:
    elsewhere = {
        each.name for each in read_lock(ROOT / "requirements.lock") if not each.is_needed()
    }
    silent = {each["name"] for each in content["components"] if not each.get("licenses")}
    assert silent <= elsewhere


def test_it_says_who_needs_whom(content: dict[str, Any]) -> None:
    needs = {each["ref"]: each.get("dependsOn", []) for each in content["dependencies"]}
    assert {"aiohttp", "pynacl", "plyvel"} <= set(needs["amanat"])
    assert "cffi" in needs["pynacl"]
    reached, waiting = set(), ["amanat"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(needs[name])
    names = {each["name"] for each in content["components"]}
    assert names - reached <= {"colorama"}  # needed on Windows alone


def test_made_again_it_is_the_same(bill: str) -> None:
    assert made() == bill
