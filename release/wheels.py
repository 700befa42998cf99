"""A bundle's wheels: what is locked, fetched by hash, and Amanat's own, built from the tree."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from packaging.utils import parse_wheel_filename

from release.described import of_wheels
from release.locked import Locked
from release.target import Target

ROOT: Final = Path(__file__).parents[1]
PARTS: Final = ("ledger", "consensus", "config", "client", "verifier", "node")
PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check")


class WheelError(Exception):
    """A wheel cannot be had or built. The message is pip's."""


def fetch(packages: Iterable[Locked], target: Target, into: Path) -> None:
    """Fetch the wheel of each package, from pip's index or cache; another content is refused.

    Raises:
        WheelError: one cannot be had, or is not as it is locked.
    """
    with tempfile.TemporaryDirectory() as place:
        lock = Path(place) / "wanted.lock"
        lock.write_text("".join(map(_line, packages)), encoding="utf-8")
        _pip(
            *("download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"),
            *target.options(),
            *("--dest", str(into), "--requirement", str(lock)),
        )


def with_needs(names: Iterable[str], pool: Iterable[Locked], target: Target) -> list[Locked]:
    """Return the packages of these names and all that they need, as `pool` pins them.

    Raises:
        WheelError: one is not in `pool`, or cannot be had.
    """
    pins = {each.name: each for each in pool}
    found: dict[str, Locked] = {}
    wanted = set(names)
    with tempfile.TemporaryDirectory() as place:
        while wanted:
            if unknown := wanted - pins.keys():
                raise WheelError(f"not locked: {', '.join(sorted(unknown))}")
            found |= {name: pins[name] for name in wanted}
            fetch((pins[name] for name in sorted(wanted)), target, Path(place))
            described = of_wheels(Path(place).glob("*.whl"))
            needed = {each for name in wanted for each in described[name].needs}
            wanted = needed - found.keys()
    return [found[name] for name in sorted(found)]


def build(into: Path, epoch: int) -> Path:
    """Build Amanat's own wheel from the tree, and return it. The same tree gives the same bytes.

    Raises:
        WheelError: it cannot be built.
    """
    with tempfile.TemporaryDirectory() as place:
        # Not in the tree itself: setuptools would take what an earlier build left there.
        source = Path(place) / "amanat"
        source.mkdir()
        for name in ("pyproject.toml", "README.md"):
            shutil.copyfile(ROOT / name, source / name)
        for part in PARTS:
            left = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, source / part, ignore=left, copy_function=shutil.copyfile)
        for path in source.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        _pip(
            *("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"),
            *("--wheel-dir", str(into), str(source)),
            SOURCE_DATE_EPOCH=str(epoch),
        )
    (wheel,) = into.glob("amanat-*.whl")
    return wheel


def pinned(wheel: Path) -> str:
    """Return the line that requires exactly this wheel, by its content."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    return f"{name}=={version} --hash=sha256:{sha256(wheel.read_bytes()).hexdigest()}\n"


def _line(package: Locked) -> str:
    hashes = "".join(f" --hash=sha256:{each}" for each in package.hashes)
    return f"{package.name}=={package.version}{hashes}\n"


def _pip(*arguments: str, **variables: str) -> None:
    ended = subprocess.run(  # noqa: S603 - the interpreter's own pip, and no shell
        [*PIP, *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise WheelError(ended.stderr.strip() or ended.stdout.strip())
