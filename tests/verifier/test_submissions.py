"""A receipt of submission, checked against the genesis document alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from amanat.consensus.submission import Submission, SubmissionReceipt
from amanat.ledger.encoding import encode
from amanat.verifier import Invalid, verify, verify_submission
from amanat.verifier.submissions import is_submission_receipt
from tests.verifier.changing import AFTER, BEGINNING, LAST, ChangingNetwork, sign
from tests.verifier.rehearsal import CHAIN, GENESIS, HOLDING, SIGNERS, START

TRANSACTION = bytes(range(32))


def receipt_of(
    authority: str = "custodian-a", *, chain: bytes = CHAIN, signer: str | None = None
) -> bytes:
    statement = Submission(chain, TRANSACTION, authority, START + 7, 41)
    signature = SIGNERS[signer or authority].sign(statement.message()).signature
    return encode(SubmissionReceipt(statement, signature))


RECEIPT = receipt_of()


def steps_of(receipt: bytes) -> list[str]:
    """Return the steps that a receipt passes, ending with the one that it fails."""
    steps: list[str] = []
    try:
        verify_submission(GENESIS, receipt, lambda step, _: steps.append(step))
    except Invalid as invalid:
        steps.append(f"not {invalid.step}")
    return steps


def test_a_receipt_says_who_had_what_since_when() -> None:
    seen: dict[str, str] = {}
    submission = verify_submission(GENESIS, RECEIPT, seen.__setitem__)
    assert (submission.network, submission.chain) == ("rehearsal", CHAIN.hex())
    assert submission.transaction == TRANSACTION.hex()
    assert (submission.authority, submission.time) == ("custodian-a", START + 7)
    assert submission.height == 41
    assert seen["signature"] == "custodian-a signed it"


@pytest.mark.parametrize(
    ("receipt", "fails"),
    [
        (receipt_of(chain=bytes(32)), "receipt"),
        (receipt_of("stranger", signer="mof"), "signature"),
        (receipt_of("mof", signer="cdc"), "signature"),
        (HOLDING, "receipt"),
        (b"", "receipt"),
    ],
    ids=["another chain", "a stranger", "another's signature", "another proof", "nothing"],
)
def test_what_no_authority_of_the_network_signed_is_refused(receipt: bytes, fails: str) -> None:
    assert steps_of(receipt)[-1] == f"not {fails}"


def test_no_byte_of_a_receipt_can_change() -> None:
    for at in range(len(RECEIPT)):
        for bit in range(8):
            flipped = RECEIPT[:at] + bytes([RECEIPT[at] ^ 1 << bit]) + RECEIPT[at + 1 :]
            assert steps_of(flipped)[-1].startswith("not "), (at, bit)
        assert steps_of(RECEIPT[:at])[-1].startswith("not ")


def test_who_joined_later_is_known_from_any_proof_made_since(network: ChangingNetwork) -> None:
    statement = Submission(network.chain_id, TRANSACTION, "custodian-b", START, LAST)
    signature = sign("custodian-b", statement.message())
    receipt = encode(SubmissionReceipt(statement, signature))
    forged = encode(SubmissionReceipt(statement, sign("cdc", statement.message())))

    def is_valid(receipt: bytes, proof: bytes | None) -> bool:
        try:
            verify_submission(network.genesis, receipt, lambda _step, _seen: None, proof=proof)
        except Invalid:
            return False
        return True

    since = network.balance(AFTER)
    assert is_valid(receipt, since)
    assert not is_valid(forged, since)
    assert not is_valid(receipt, None)
    for proof in (network.balance(BEGINNING - 1), since[:-1], HOLDING, b"\x90"):
        assert not is_valid(receipt, proof)


def test_who_has_left_is_still_known_for_what_it_signed(network: ChangingNetwork) -> None:
    statement = Submission(network.chain_id, TRANSACTION, "custodian-a", START, 1)
    receipt = SubmissionReceipt(statement, sign("custodian-a", statement.message()))
    for proof in (None, network.balance(AFTER)):
        submission = verify_submission(
            network.genesis, encode(receipt), lambda _step, _seen: None, proof=proof
        )
        assert submission.authority == "custodian-a"


def test_it_is_told_from_other_proofs_and_taken_for_none_of_them() -> None:
    assert is_submission_receipt(RECEIPT)
    assert not is_submission_receipt(HOLDING)
    with pytest.raises(Invalid, match="no known kind of proof"):
        verify(GENESIS, RECEIPT)


def test_the_program_checks_it_too(tmp_path: Path) -> None:
    (tmp_path / "genesis").write_bytes(GENESIS)
    for name, content in {"good": RECEIPT, "bad": receipt_of("mof", signer="cdc")}.items():
        (tmp_path / name).write_bytes(content)
    good, bad = (
        subprocess.run(
            [
                sys.executable,
                "-m",
                "amanat.verifier",
                tmp_path / name,
                "--genesis",
                tmp_path / "genesis",
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        for name in ("good", "bad")
    )
    assert good.returncode == 0
    assert "VALID:        custodian-a had transaction 00010203" in good.stdout
    assert "at 2025-10-09T08:53:20.007Z, its log ending at height 41, on rehearsal" in good.stdout
    assert bad.returncode == 3
    assert bad.stdout.splitlines()[-1].startswith("NOT VALID:    signature: ")
