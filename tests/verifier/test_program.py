"""The verifier as a program: what it prints, and how it exits."""

import subprocess
import sys
from pathlib import Path

from tests.verifier.rehearsal import GENESIS, HOLDING, signed_by


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "amanat.verifier", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_the_program_prints_each_step_and_exits_0_for_a_valid_bundle(tmp_path: Path) -> None:
    (tmp_path / "genesis").write_bytes(GENESIS)
    (tmp_path / "bundle").write_bytes(HOLDING)
    done = run(tmp_path / "genesis", tmp_path / "bundle")
    assert (done.returncode, done.stderr) == (0, "")
    steps = [printed.split(":")[0] for printed in done.stdout.splitlines()]
    assert steps == ["genesis", "bundle", "eras", "headers", "certificate", "state proof", "VALID"]
    assert (
        "client-3 holds 15000 of PK0000000017 at height 7, 2025-10-09T08:53:20.007Z" in done.stdout
    )


def test_the_program_exits_3_for_an_invalid_bundle_and_says_at_which_step(tmp_path: Path) -> None:
    (tmp_path / "genesis").write_bytes(GENESIS)
    (tmp_path / "bundle").write_bytes(signed_by(["cdc", "mof"]))
    done = run(tmp_path / "genesis", tmp_path / "bundle")
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.splitlines()[-1].startswith("INVALID:      certificate: 2 signed")


def test_the_program_exits_2_when_called_wrongly(tmp_path: Path) -> None:
    assert run().returncode == 2
    assert run(tmp_path / "absent", tmp_path / "absent").returncode == 2
    assert "cannot read" in run(tmp_path / "absent", tmp_path / "absent").stderr
