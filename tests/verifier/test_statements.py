"""The manifest of a statement, checked against the genesis document alone."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from amanat.ledger.crypto import Domain, domain_message
from amanat.ledger.encoding import encode
from amanat.verifier import Invalid, verify_statement
from amanat.verifier.statements import Total, is_manifest
from tests.verifier.rehearsal import (
    CHAIN,
    GENESIS,
    HOLDING,
    QUORUM,
    SIGNERS,
    START,
    certificate,
    line,
)

FILE = b"account,amount\r\nalpha,5\r\n"
FACTS = (sha256(FILE).digest(), len(FILE))
LINE = line()


def manifest(
    signer: str = "mof",
    *,
    names: Any = QUORUM,
    totals: Any = (("PKR", 5, 5, "supply"),),
    **changes: Any,
) -> bytes:
    first, last = LINE[0], LINE[-1]
    said: dict[str, Any] = {
        "chain": CHAIN,
        "authority": "mof",
        "time": START + 7,
        "height": first.height,
        "block": first.digest(),
        "state_root": first.state_root,
        "asked": [["statement", "holdings"], ["instrument", "PKR"]],
        "file": ["csv", FACTS[0], FACTS[1], 1],
        "totals": [list(each) for each in totals],
    }
    statement = list((said | changes).values())
    message = domain_message(Domain.STATEMENT, encode(statement))
    signature = SIGNERS[signer].sign(message).signature
    proof = certificate(last, names)
    return encode(["amanat/statement-manifest/v1", [], LINE, proof, statement, signature])


MANIFEST = manifest()


def steps_of(made: bytes, file: tuple[bytes, int] | None = FACTS) -> list[str]:
    """Return the steps that a manifest passes, ending with the one that it fails."""
    steps: list[str] = []
    try:
        verify_statement(GENESIS, made, lambda step, _: steps.append(step), file=file)
    except Invalid as invalid:
        steps.append(f"not {invalid.step}")
    return steps


def test_a_manifest_says_what_a_file_is_and_of_which_block() -> None:
    seen: dict[str, str] = {}
    found = verify_statement(GENESIS, MANIFEST, seen.__setitem__, file=FACTS)
    assert (found.network, found.chain) == ("rehearsal", CHAIN.hex())
    assert (found.height, found.block) == (LINE[0].height, LINE[0].digest().hex())
    assert found.state_root == LINE[0].state_root.hex()
    assert (found.authority, found.signed, found.time) == ("mof", START + 7, LINE[0].time)
    assert found.asked == (("statement", "holdings"), ("instrument", "PKR"))
    assert (found.format, found.sha256, found.size, found.rows) == (
        "csv",
        FACTS[0].hex(),
        len(FILE),
        1,
    )
    assert found.totals == (Total("PKR", 5, 5, "supply"),)
    assert found.file_checked
    assert seen["totals"] == "PKR 5, as much as there is of it"
    assert seen["signature"] == "mof signed it"


def test_without_its_file_the_rest_is_checked() -> None:
    assert steps_of(MANIFEST, None)[-1] == "totals"
    assert not verify_statement(GENESIS, MANIFEST, lambda *_: None).file_checked


@pytest.mark.parametrize(
    ("made", "fails"),
    [
        (manifest(chain=bytes(32)), "statement"),
        (manifest(height=LINE[0].height + 1), "statement"),
        (manifest(block=bytes(32)), "statement"),
        (manifest(state_root=bytes(32)), "statement"),
        (manifest(names=QUORUM[:1]), "certificate"),
        (manifest("cdc"), "signature"),
        (manifest(authority="stranger"), "signature"),
        (manifest(totals=(("PKR", 5, 6, "supply"),)), "totals"),
        (HOLDING, "manifest"),
        (b"", "manifest"),
    ],
    ids=[
        "another chain",
        "another height",
        "another block",
        "another state",
        "no quorum",
        "another's signature",
        "a stranger",
        "sums that differ",
        "another proof",
        "nothing",
    ],
)
def test_what_proves_nothing_is_refused(made: bytes, fails: str) -> None:
    assert steps_of(made)[-1] == f"not {fails}"


@pytest.mark.parametrize("file", [(sha256(b"").digest(), len(FILE)), (FACTS[0], 0)])
def test_another_file_is_refused(file: tuple[bytes, int]) -> None:
    assert steps_of(MANIFEST, file)[-1] == "not file"


def test_no_byte_of_a_manifest_can_change() -> None:
    for at in range(0, len(MANIFEST), 7):
        flipped = MANIFEST[:at] + bytes([MANIFEST[at] ^ 1 << at % 8]) + MANIFEST[at + 1 :]
        assert steps_of(flipped)[-1].startswith("not "), at
        assert steps_of(MANIFEST[:at])[-1].startswith("not "), at


def test_it_is_known_by_its_first_bytes() -> None:
    assert is_manifest(MANIFEST)
    assert not is_manifest(HOLDING)
    assert not is_manifest(b"")


def test_the_program_checks_it_with_or_without_its_file(tmp_path: Path) -> None:
    for name, content in (("genesis", GENESIS), ("manifest", MANIFEST), ("file", FILE)):
        (tmp_path / name).write_bytes(content)
    genesis, manifest = str(tmp_path / "genesis"), str(tmp_path / "manifest")
    program = [sys.executable, "-m", "amanat.verifier", manifest, "--genesis", genesis]
    alone = subprocess.run(program, capture_output=True, text=True, check=False)
    assert alone.returncode == 0, alone
    assert alone.stdout.splitlines()[-1].endswith("the file itself was not looked at")
    whole = subprocess.run(
        [*program, "--of", str(tmp_path / "file")], capture_output=True, text=True, check=False
    )
    assert whole.returncode == 0
    last = whole.stdout.splitlines()[-1]
    assert last.startswith("VALID:        mof signed for the csv file with SHA-256")
    (tmp_path / "file").write_bytes(FILE + b"beta,1\r\n")
    other = subprocess.run(
        [*program, "--of", str(tmp_path / "file")], capture_output=True, text=True, check=False
    )
    assert other.returncode == 3
