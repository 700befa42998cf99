"""The bundle: installed without a network, and refused when a byte of it is changed."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from amanat.node.program import program_digest
from release import bundle, wheels
from release.archive import pack
from release.locked import read_lock
from release.target import Target, here, parsed
from tests.node.processes import found
from tests.tidy.tree import ROOT

NOWHERE: Final = "http://127.0.0.1:9"
"""The port of the discard protocol, at which nothing listens."""


INSTALL: Final = ROOT / "release" / "install"


def without_network(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a network of its own that leads nowhere; else with proxies that do."""
    alone = shutil.which("unshare")
    apart = [alone, "--map-root-user", "--net"] if alone is not None else []
    if apart and subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        apart = []
    nowhere = dict.fromkeys(("PIP_INDEX_URL", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), NOWHERE)
    variables = {**os.environ, **nowhere, "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    return subprocess.run(
        [*apart, *command],
        env=variables | {"PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def unpacked(made: Path, into: Path) -> Path:
    with tarfile.open(made) as archive:
        archive.extractall(into, filter="data")
    (folder,) = into.iterdir()
    return folder


def first_time(made: Path) -> int:
    with tarfile.open(made) as archive:
        return int(archive.getmembers()[0].mtime)


def change_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def sum_again(folder: Path, changed: Path) -> None:
    """Make the manifest agree with what was changed."""
    sums = folder / "SHA256SUMS"
    place = changed.relative_to(folder).as_posix()
    kept = [line for line in sums.read_text().splitlines() if not line.endswith(f"  {place}")]
    kept.append(f"{sha256(changed.read_bytes()).hexdigest()}  {place}")
    sums.write_text("\n".join(kept) + "\n")


def test_it_is_installed_without_a_network_and_refused_when_changed(tmp_path: Path) -> None:
    made = bundle.make(here(), tmp_path / "made")
    folder = unpacked(made, tmp_path / "unpacked")
    install, target = str(folder / "install"), tmp_path / "amanat"
    locked = {each.name for each in read_lock(ROOT / "requirements.lock") if each.is_needed()}
    bill = (folder / "sbom.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    listed = {each["name"] for each in json.loads(bill)["components"]}
    assert listed == locked | {"python-pkcs11", "asn1crypto"}

    done = without_network(install, str(target))
    assert done.returncode == 0, done.stderr
    assert program_digest().hex() in done.stdout
    amanat = str(target / "bin" / "amanat")
    assert "A permissioned ledger" in without_network(amanat, "--help").stdout
    network = tmp_path / "network"
    network.mkdir()
    found(network, ["mof"], quorum=1)
    shutil.rmtree(network / "data")
    begun = without_network(amanat, "init", "--config", str(network / "mof.toml"))
    assert begun.returncode == 0, begun.stderr
    assert (network / "data" / "mof" / "identity.json").exists()
    again = without_network(install, str(target))
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "has an Amanat already" in again.stderr

    wheel = next((folder / "wheels").glob("amanat-*.whl"))
    moment = first_time(made)
    built_again = wheels.build(tmp_path / "again", moment)
    assert built_again.read_bytes() == wheel.read_bytes()
    change_a_byte(wheel)
    refused = without_network(install, str(tmp_path / "another"))
    assert refused.returncode != 0
    assert "this bundle is damaged or was changed" in refused.stderr
    assert not (tmp_path / "another").exists()
    sum_again(folder, wheel)  # as whoever changed it would
    asked = next(line for line in INSTALL.read_text().split("\n\t") if line.startswith("--no-deps"))
    refused = without_network(
        *(str(target / "bin" / "python"), "-m", "pip", "install", "--no-index"),
        *("--find-links", str(folder / "wheels"), *asked.split("-r ")[0].split()),
        *("-r", str(folder / "requirements.txt"), "--target", str(tmp_path / "another")),
    )
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert not (tmp_path / "another").exists()


def test_the_file_does_not_tell_who_packed_it_and_when(tmp_path: Path) -> None:
    packed = []
    for turn in ("a", "b"):
        folder = tmp_path / turn / "bundle"
        (folder / "inside").mkdir(parents=True)
        for name in sorted(("one", "two"), reverse=turn == "b"):
            (folder / "inside" / name).write_text(name)
        os.utime(folder / "inside" / "one", (1, 1) if turn == "a" else (2, 2))
        (folder / "inside" / "two").chmod(0o600 if turn == "a" else 0o664)
        pack(folder, tmp_path / f"{turn}.tar", 1_790_000_000)
        packed.append((tmp_path / f"{turn}.tar").read_bytes())
    assert packed[0] == packed[1]
    with tarfile.open(tmp_path / "a.tar") as archive:
        assert {(each.uid, each.gid, each.mtime) for each in archive} == {(0, 0, 1_790_000_000)}


def test_a_wheel_that_is_not_as_it_is_locked_is_not_taken(tmp_path: Path) -> None:
    (idna,) = (each for each in read_lock(ROOT / "requirements.lock") if each.name == "idna")
    changed = type(idna)(idna.name, idna.version, idna.requirement, ("00" * 32,))
    with pytest.raises(wheels.WheelError, match="DO NOT MATCH THE HASHES"):
        wheels.fetch([changed], here(), tmp_path)


def test_a_target_is_named_by_python_glibc_and_machine() -> None:
    target = parsed("3.12", "manylinux_2_28_x86_64")
    assert target == Target("3.12", "manylinux_2_28_x86_64")
    assert {"manylinux_2_28_x86_64", "manylinux2014_x86_64"} <= set(target.options())
    assert "manylinux_2_34_x86_64" not in target.options()
    assert target.environment()["platform_machine"] == "x86_64"
    with pytest.raises(ValueError, match=r"Amanat runs on Python 3\.11 and 3\.12"):
        parsed("3.13", "manylinux_2_28_x86_64")
    with pytest.raises(ValueError, match="name it as manylinux_2_28_x86_64"):
        parsed("3.12", "linux_x86_64")
