"""Makes one file from which Amanat is installed where there is no internet: `make bundle`.

install                           makes a virtual environment of what follows
wheels/                           Amanat's own wheel and all that is locked
requirements.txt                  exactly these wheels, by hash
requirements-hardware-keys.txt    and what keys in hardware modules need
sbom.cdx.json                     what is in it, with licences
systemd/, docs/                   the units, and how to use all this
SHA256SUMS                        of every file above
"""

import argparse
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from release import sbom, wheels
from release.archive import pack
from release.described import of_wheels
from release.locked import Locked, LockError, read_lock
from release.moment import epoch
from release.target import Target, here, parsed

ROOT: Final = Path(__file__).parents[1]
HARDWARE: Final = "python-pkcs11"
"""What a node needs to use a key in a hardware module (the extra `pkcs11`)."""


def make(target: Target, into: Path) -> Path:
    """Make the bundle for a target in the folder `into`, and return the file.

    Raises:
        WheelError: a wheel cannot be had, is not as it is locked, or cannot be built.
        LockError: a lock file is malformed.
    """
    moment = epoch()
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        own = wheels.build(Path(place), moment)
        version = str(parse_wheel_filename(own.name)[1])
        folder = Path(place) / f"amanat-{version}-{target.tag}"
        (folder / "wheels").mkdir(parents=True)
        own = own.rename(folder / "wheels" / own.name)
        _fill(folder, own, target, moment)
        _add_documents(folder, target)
        _sum(folder)
        made = into / f"{folder.name}.tar"
        pack(folder, made, moment)
    return made


def _fill(folder: Path, own: Path, target: Target, moment: int) -> None:
    """Put wheels, requirements and the bill of materials there."""
    place = folder / "wheels"
    judged = target.environment()
    run = [each for each in read_lock(ROOT / "requirements.lock") if each.is_needed(judged)]
    wheels.fetch(run, target, place)
    always = sorted(place.glob("*.whl"))
    hardware = wheels.with_needs([HARDWARE], read_lock(ROOT / "requirements-dev.lock"), target)
    names = {each.name for each in run}
    wheels.fetch((each for each in hardware if each.name not in names), target, place)
    everything = sorted(place.glob("*.whl"))
    _write(folder / "requirements.txt", "".join(map(wheels.pinned, always)))
    _write(folder / "requirements-hardware-keys.txt", "".join(map(wheels.pinned, everything)))
    others = [each for each in everything if each != own]
    bill = sbom.written(
        map(_locked, others),
        of_wheels(others),
        hashes_of="the wheel in this bundle",
        epoch=moment,
    )
    _write(folder / "sbom.cdx.json", bill)


def _locked(wheel: Path) -> Locked:
    name, version, _, _ = parse_wheel_filename(wheel.name)
    digest = sha256(wheel.read_bytes()).hexdigest()
    stated = Requirement(f"{name}=={version}")
    return Locked(str(canonicalize_name(name)), str(version), stated, (digest,))


def _add_documents(folder: Path, target: Target) -> None:
    script = (ROOT / "release" / "install").read_text(encoding="utf-8")
    named = script.replace("@VERSION@", target.python).replace("@PYTHON@", f"python{target.python}")
    _write(folder / "install", named)
    (folder / "install").chmod(0o755)
    shutil.copytree(ROOT / "config" / "systemd", folder / "systemd")
    (folder / "docs").mkdir()
    for name in ("operators.md", "cli.md"):
        shutil.copyfile(ROOT / "docs" / name, folder / "docs" / name)


def _sum(folder: Path) -> None:
    lines = [
        f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    _write(folder / "SHA256SUMS", "".join(lines))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Make a bundle, and print its name and hash as `sha256sum` does."""
    machine = here()
    reading = argparse.ArgumentParser(prog="release.bundle", description="Make an offline bundle.")
    reading.add_argument("--python", default=machine.python, help="3.11 or 3.12")
    reading.add_argument("--platform", default=machine.platform, help="manylinux_2_28_x86_64, …")
    reading.add_argument("--into", default=ROOT / "build" / "bundle", type=Path)
    given = reading.parse_args()
    try:
        made = make(parsed(given.python, given.platform), given.into)
    except (ValueError, LockError, wheels.WheelError) as error:
        sys.exit(f"bundle: {error}")
    sys.stdout.write(f"{sha256(made.read_bytes()).hexdigest()}  {made}\n")


if __name__ == "__main__":
    main()
