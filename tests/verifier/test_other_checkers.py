"""The checker in JavaScript comes to the same verdict as the one in Python, file by file.

It was written from docs/proofs.md alone. Where they differ, one of them is wrong, or the page is.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pytest

from amanat.config.genesis_file import to_json
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.encoding import decode
from amanat.ledger.genesis import GenesisDocument
from amanat.verifier import Invalid, verify, verify_submission
from amanat.verifier.sentences import claim, word
from amanat.verifier.submissions import is_submission_receipt
from tests.verifier.changing import AFTER, NETWORKS
from tests.verifier.javascript import Case, Started, run
from tests.verifier.rehearsal import (
    BUNDLES,
    GENESIS,
    HOLDING,
    signed_by,
)
from tests.verifier.spoiling import spoiled
from tests.verifier.test_vectors import content, published, word_of_the_new_one

SPOILED: Final = 1_000
"""Copies of each kind."""

MAJORITY, TWO_THIRDS = NETWORKS[QuorumRule.MAJORITY], NETWORKS[QuorumRule.TWO_THIRDS]
KINDS: Final = {
    "a holding": Case(GENESIS, HOLDING),
    "nothing, in an empty place": Case(GENESIS, BUNDLES["nothing, in an empty place"]),
    "nothing, beside another leaf": Case(GENESIS, BUNDLES["nothing, beside another leaf"]),
    "a receipt": Case(GENESIS, BUNDLES["a receipt"]),
    "a certificate": Case(GENESIS, BUNDLES["a balance at the close of a day"]),
    "eras by majority": Case(MAJORITY.genesis, MAJORITY.receipt(AFTER)),
    "eras by two thirds": Case(TWO_THIRDS.genesis, TWO_THIRDS.balance(AFTER)),
    "a receipt of submission": Case(
        MAJORITY.genesis, word_of_the_new_one(MAJORITY), MAJORITY.balance(AFTER)
    ),
}


def verdict(case: Case) -> dict[str, Any]:
    """What the checker in Python says, as the one in JavaScript writes it."""
    try:
        if is_submission_receipt(case.file):
            said = verify_submission(case.genesis, case.file, lambda *_: None, proof=case.eras)
            return written({"valid": True, **asdict(said), "says": word(said)})
        found = verify(case.genesis, case.file)
        return written({"valid": True, **asdict(found), "says": claim(found)})
    except Invalid as invalid:
        return {"valid": False, "step": invalid.step}


def written(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(each) for name, each in shown.items()}


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return str(value) if type(value) is int else value


def of_vectors(networks: list[dict[str, Any]]) -> Iterator[Case]:
    for network in networks:
        for vector in (*network["valid"], *network["refused"]):
            genesis, file, eras = (
                None if given is None else bytes.fromhex(given)
                for given in (network["genesis"], vector["bundle"], vector.get("eras"))
            )
            assert genesis is not None
            assert file is not None
            yield Case(genesis, file, eras)


def test_both_say_the_same_of_every_vector(tmp_path: Path) -> None:
    cases = [*of_vectors(published()), *of_vectors(content()["networks"])]
    ours = [verdict(case) for case in cases]
    assert told(Started(cases, tmp_path)) == ours
    assert sum(each["valid"] for each in ours) > 30
    assert sum(not each["valid"] for each in ours) > 100


def told(started: Started) -> list[dict[str, Any]]:
    """The verdicts of the other checker, without its reasons, which are in its own words."""
    return [{name: each[name] for name in each if name != "reason"} for each in started.verdicts()]


@pytest.mark.parametrize("kind", KINDS)
def test_both_say_the_same_of_a_thousand_spoiled_copies(kind: str, tmp_path: Path) -> None:
    genuine = KINDS[kind]
    copies = spoiled(genuine.file, SPOILED, seed=list(KINDS).index(kind))
    cases = [genuine, *(Case(genuine.genesis, copy, genuine.eras) for copy in copies)]
    started = Started(cases, tmp_path)
    ours = [verdict(case) for case in cases]
    for case, mine, others in zip(cases, ours, told(started), strict=True):
        assert others == mine, case.file.hex()
    assert ours[0]["valid"]
    for mine in ours[1:]:
        # What still passes shows the same, or, where an account holds nothing, of another as well.
        assert not mine["valid"] or mine == ours[0] or mine["proved"]["amount"] == "0"
    assert sum(mine["valid"] for mine in ours[1:]) <= SPOILED // 100


def test_both_say_the_same_under_a_thousand_spoiled_genesis_documents(tmp_path: Path) -> None:
    cases = [Case(copy, HOLDING) for copy in spoiled(GENESIS, SPOILED, seed=99)]
    started = Started(cases, tmp_path)
    ours = [verdict(case) for case in cases]
    assert not any(each["valid"] for each in ours)
    assert told(started) == ours


def test_it_is_used_as_the_program_is(tmp_path: Path) -> None:
    genesis, good, bad = (tmp_path / name for name in ("genesis.json", "good", "bad"))
    genesis.write_text(to_json(decode(GENESIS, GenesisDocument)))
    good.write_bytes(HOLDING)
    bad.write_bytes(signed_by(["cdc", "mof"]))
    done = run(good, "--genesis", genesis)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"VALID:        {claim(verify(GENESIS, HOLDING))}"
    refused = run(bad, "--genesis", genesis)
    assert (refused.returncode, refused.stderr) == (3, "")
    assert refused.stdout.splitlines()[-1].startswith("NOT VALID:    certificate: 2 signed")
    (tmp_path / "other.json").write_text(genesis.read_text().replace("quorum", "quorums"))
    for arguments in (
        (),
        (good,),
        (good, "--genesis"),
        (good, "--genesis", tmp_path / "absent"),
        (good, "--genesis", tmp_path / "other.json"),
        (tmp_path / "absent", "--genesis", genesis),
    ):
        wrong = run(*arguments)
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert wrong.stderr


@pytest.mark.parametrize("rule", QuorumRule)
def test_it_reads_the_genesis_document_as_people_keep_it(rule: QuorumRule, tmp_path: Path) -> None:
    network = NETWORKS[rule]
    (tmp_path / "genesis.json").write_text(to_json(network.document))
    (tmp_path / "eras").write_bytes(network.balance(AFTER))
    (tmp_path / "receipt").write_bytes(word_of_the_new_one(network))
    asked = (tmp_path / "receipt", "--genesis", tmp_path / "genesis.json")
    assert run(*asked).returncode == 3
    done = run(*asked, "--eras", tmp_path / "eras")
    assert (done.returncode, done.stderr) == (0, "")
    assert "VALID:        custodian-b had transaction " in done.stdout
