"""The Dockerfile: what the linter says of it, and that it fits the program that it packs."""

import json
import shlex
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

from amanat.node.testnet.containers.places import CONFIG, DATA, Places
from amanat.node.testnet.containers.places import ROOT as NETWORK
from amanat.node.version import VERSION
from tests.docker.composition import DOCKERFILE, ROOT, instructions
from tests.tidy.test_documents import pins
from tests.tidy.tree import PRODUCT

UID = "10001:10001"


def said(word: str, stage: str = "") -> list[str]:
    return [each.rest for each in instructions() if each.word == word and stage in ("", each.stage)]


def test_the_linter_has_nothing_against_it() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [linter, "--no-color", DOCKERFILE], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("", 0)


def test_one_base_image_is_an_argument_and_builds_what_it_runs() -> None:
    stages = said("FROM")
    assert stages == [
        "${PYTHON_IMAGE} AS build",
        "${PYTHON_IMAGE} AS runtime",
        "runtime AS founder",
        "runtime AS node",
    ]


def test_nothing_goes_through_a_shell() -> None:
    for each in instructions():
        if each.word in ("RUN", "ENTRYPOINT", "CMD"):
            assert each.words, each
            assert each.words[0] not in ("sh", "bash", "/bin/sh", "/bin/bash"), each


def test_every_stage_that_runs_ends_as_nobody_else() -> None:
    assert said("USER", "runtime")[-1] == UID
    assert said("USER", "founder")[-1] == UID
    assert said("USER", "node") == []


def test_what_is_installed_is_locked_by_hash() -> None:
    installs = [
        each.words
        for each in instructions()
        if each.word == "RUN" and '"install"' in each.rest and '"pip"' in each.rest
    ]
    for words in installs:
        assert "--no-deps" in words
        assert words[-1] == "." or "--require-hashes" in words
    build, develop = (pins(ROOT / f"requirements-{name}.lock") for name in ("build", "dev"))
    assert build.items() <= develop.items()
    system = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]
    assert {each.split(">")[0] for each in system["requires"]} == set(build)


def test_what_changes_often_comes_last() -> None:
    order = [each.rest for each in instructions() if each.stage == "build"]
    locked = next(index for index, rest in enumerate(order) if "requirements.lock" in rest)
    assert all(order.index(f"{folder} {folder}") > locked + 1 for folder in PRODUCT)


def test_all_that_is_copied_is_let_through_and_nothing_else() -> None:
    """What is not let through cannot come into an image by mistake: keys, data, history."""
    first, *lines = (ROOT / ".dockerignore").read_text().splitlines()[1:]
    assert first == "*"
    through = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        name
        for rest in said("COPY", "build")
        for name in shlex.split(rest)[:-1]
        if not name.startswith("--")
    }
    assert through == copied
    assert set(PRODUCT) <= through
    ignored = [line for line in lines if not line.startswith("!")]
    assert any(fnmatch("node/__pycache__", pattern) for pattern in ignored)


def test_the_folders_of_the_founder_are_those_of_the_network() -> None:
    made = next(each.words for each in instructions() if each.stage == "founder" and "RUN" in each)
    assert set(made[made.index("0700") + 1 :]) == {str(each) for each in Places(NETWORK).every()}
    assert " ".join(made[: made.index("0700") + 1]) == "install -d -o 10001 -g 10001 -m 0700"


def test_the_node_has_its_own_folders_and_nothing_in_them() -> None:
    (made,) = (each.words for each in instructions() if each.stage == "runtime" and "RUN" in each)
    assert made[-2:] == [str(CONFIG), str(DATA)]
    assert said("COPY", "runtime") == ["--from=build /opt/amanat /opt/amanat"]


def test_the_health_check_is_a_module_that_reads_the_node_s_settings() -> None:
    (check,) = said("HEALTHCHECK", "node")
    words = json.loads(check[check.index("CMD ") + 4 :])
    assert words[:2] == ["/opt/amanat/bin/python", "-m"]
    assert find_spec(words[2]) is not None
    assert words[3:] == [str(CONFIG / "node.toml")]


def test_the_labels_tell_the_program_s_version() -> None:
    assert f"VERSION={VERSION}" in said("ARG", "runtime")
    (labels,) = said("LABEL", "runtime")
    for name in ("title", "description", "version", "revision"):
        assert f"org.opencontainers.image.{name}=" in labels
