"""The verifier as a program: what it prints, and how it exits."""

import subprocess
import sys
from pathlib import Path

import pytest

from amanat.config.genesis_file import to_json
from amanat.ledger.encoding import decode, encode
from amanat.ledger.genesis import GenesisDocument
from amanat.verifier.genesis_file import canonical
from tests.verifier.changing import NETWORKS
from tests.verifier.rehearsal import GENESIS, HOLDING, signed_by


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "amanat.verifier", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_the_program_prints_each_step_and_exits_0_for_a_valid_bundle(tmp_path: Path) -> None:
    (tmp_path / "genesis").write_bytes(GENESIS)
    (tmp_path / "bundle").write_bytes(HOLDING)
    done = run(tmp_path / "bundle", "--genesis", tmp_path / "genesis")
    assert (done.returncode, done.stderr) == (0, "")
    steps = [printed.split(":")[0] for printed in done.stdout.splitlines()]
    assert steps == ["genesis", "bundle", "eras", "headers", "certificate", "state proof", "VALID"]
    assert (
        "client-3 holds 15000 of PK0000000017 at height 7, 2025-10-09T08:53:20.007Z" in done.stdout
    )


def test_the_program_exits_3_for_an_invalid_bundle_and_says_at_which_step(tmp_path: Path) -> None:
    (tmp_path / "genesis").write_bytes(GENESIS)
    (tmp_path / "bundle").write_bytes(signed_by(["cdc", "mof"]))
    done = run(tmp_path / "bundle", "--genesis", tmp_path / "genesis")
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.splitlines()[-1].startswith("NOT VALID:    certificate: 2 signed")


def test_the_program_reads_the_genesis_document_as_people_keep_it(tmp_path: Path) -> None:
    text = to_json(decode(GENESIS, GenesisDocument))
    (tmp_path / "genesis.json").write_text(text)
    (tmp_path / "bundle").write_bytes(HOLDING)
    done = run(tmp_path / "bundle", "--genesis", tmp_path / "genesis.json")
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "genesis.json").write_text(text.replace('"rehearsal"', '"rehearsals"'))
    assert run(tmp_path / "bundle", "--genesis", tmp_path / "genesis.json").returncode == 3


@pytest.mark.parametrize("spoiled", [("quorum", "quorums"), ("}", ""), ("60efdb", "60efxb")])
def test_a_genesis_file_that_is_none_is_named(tmp_path: Path, spoiled: tuple[str, str]) -> None:
    file = tmp_path / "genesis.json"
    file.write_text(to_json(decode(GENESIS, GenesisDocument)).replace(*spoiled))
    (tmp_path / "bundle").write_bytes(HOLDING)
    done = run(tmp_path / "bundle", "--genesis", file)
    assert done.returncode == 2
    assert f"{file}: not a genesis document: " in done.stderr


def test_every_kind_of_genesis_document_is_encoded_as_the_node_encodes_it() -> None:
    for network in NETWORKS.values():
        document = network.document
        assert canonical(to_json(document).encode()) == encode(document) == network.genesis
        assert canonical(network.genesis) == network.genesis


def test_the_program_exits_2_when_called_wrongly(tmp_path: Path) -> None:
    assert run().returncode == 2
    absent = run(tmp_path / "absent", "--genesis", tmp_path / "absent")
    assert (absent.returncode, "absent cannot be read: No such file" in absent.stderr) == (2, True)
