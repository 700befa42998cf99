"""The verifier as a distribution of its own: built, and used where nothing else of Amanat is."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import nacl
import pytest

from tests.tidy.tree import ROOT
from tests.verifier.rehearsal import GENESIS, HOLDING

FOLDER = ROOT / "verifier"
project: dict[str, Any] = tomllib.loads((FOLDER / "pyproject.toml").read_text())["project"]
whole: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network from a copy of the folder alone."""
    pytest.importorskip("setuptools", reason="setuptools, which builds the wheel, is not installed")
    pytest.importorskip("pip", reason="pip, which has the wheel built, is not installed")
    copy, made = tmp_path_factory.mktemp("source") / "verifier", tmp_path_factory.mktemp("wheel")
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    command += ["--no-index", "--quiet", "--wheel-dir", str(made), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (found,) = made.iterdir()
    return found


def test_it_depends_on_what_the_whole_asks_for_and_on_no_more() -> None:
    assert {each.split(">")[0] for each in project["dependencies"]} == {"PyNaCl", "msgpack"}
    assert set(project["dependencies"]) <= set(whole["dependencies"])
    assert project["version"] == whole["version"]


def test_the_wheel_holds_the_verifier_and_nothing_else(wheel: Path) -> None:
    modules = {f"amanat/verifier/{path.name}" for path in FOLDER.glob("*.py")}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == {*modules, "amanat/verifier/py.typed"}


def test_it_works_where_nothing_else_of_amanat_is(wheel: Path, tmp_path: Path) -> None:
    """Unpacked beside PyNaCl, msgpack and what these two need, in an interpreter told of no more.

    `-S` keeps the environment's packages away, `-I` the current directory and PYTHONPATH.
    """
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    for name in ("nacl", "msgpack", "cffi", "pycparser", "_cffi_backend"):
        for path in packages().glob(f"{name}*"):
            if path.suffix in ("", ".so") and not (tmp_path / "site" / path.name).exists():
                (tmp_path / "site" / path.name).symlink_to(path)
    (tmp_path / "genesis").write_bytes(GENESIS)
    (tmp_path / "bundle").write_bytes(HOLDING)
    done = alone(tmp_path, "sys.exit(main(['bundle', '--genesis', 'genesis']))")
    assert (done.returncode, done.stderr) == (0, "")
    assert "VALID:        client-3 holds 15000 of PK0000000017 at height 7" in done.stdout
    loaded = alone(
        tmp_path,
        "print(*{name.split('.')[1] for name in sys.modules if name.startswith('amanat.')})",
    )
    assert loaded.stdout.split() == ["verifier"]
    for other in ("ledger", "node"):
        assert "ModuleNotFoundError" in alone(tmp_path, f"import amanat.{other}").stderr


def test_the_command_starts_what_the_wheel_says_it_does(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith("entry_points.txt"))
        told = archive.read(name).decode()
    assert "amanat-verify = amanat.verifier.__main__:main" in told


def packages() -> Path:
    """Where the packages of this environment are."""
    return Path(nacl.__file__).parents[1]


def alone(directory: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run some code after the program is imported, with the unpacked wheel in reach alone."""
    start = "import sys; sys.path.insert(0, 'site'); from amanat.verifier.__main__ import main\n"
    command = [sys.executable, "-I", "-S", "-c", start + code]
    return subprocess.run(
        command, cwd=directory, capture_output=True, text=True, check=False, timeout=30
    )
