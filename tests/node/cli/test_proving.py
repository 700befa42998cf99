"""`amanat holding show` and `amanat proof verify`."""

import base64
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest

from amanat.config.genesis_file import to_json
from amanat.ledger.encoding import decode
from amanat.ledger.genesis import GenesisDocument
from amanat.node.cli import proving
from amanat.verifier import Balance, verify
from tests.ledger.world import RUPEE
from tests.node.cli.market import PAYEE, PAYER, Market
from tests.node.cli.running import Amanat, answering
from tests.verifier.rehearsal import BILL, BUNDLES, GENESIS, closing


@pytest.fixture
def proof(amanat: Amanat, market: Market, tmp_path: Path) -> Path:
    """A saved proof of what the payer holds."""
    file = tmp_path / "balance.proof"
    assert amanat("holding", "show", PAYER, RUPEE, "--save", file, "--api", market.api).code == 0
    return file


def test_a_balance_is_shown_with_the_height_it_is_of(amanat: Amanat, market: Market) -> None:
    shown = amanat("holding", "show", PAYER, RUPEE, "--api", market.api, "-o", "json").json
    assert (shown["account"], shown["instrument"]) == (PAYER, RUPEE)
    assert int(shown["amount"]) > 0
    assert shown["height"] >= 4
    assert "verified" not in shown


def test_with_the_genesis_document_it_is_proved(amanat: Amanat, market: Market) -> None:
    told = amanat("holding", "show", PAYER, RUPEE, "--api", market.api, "-o", "json").json
    proved = amanat(
        *(
            "holding",
            "show",
            PAYER,
            RUPEE,
            "--api",
            market.api,
            "-o",
            "json",
            "--genesis",
            market.genesis,
        )
    ).json
    assert proved["amount"] == told["amount"]
    assert proved["verified"] == f"against {market.genesis}"


def test_that_an_account_holds_nothing_is_proved_too(amanat: Amanat, market: Market) -> None:
    shown = amanat(
        *("holding", "show", PAYEE, "OTHER", "--api", market.api, "-o", "json"),
        *("--genesis", market.genesis),
    ).json
    assert shown["amount"] == "0"
    assert shown["verified"]


def test_a_saved_proof_is_verified_offline(amanat: Amanat, market: Market, proof: Path) -> None:
    shown = amanat("proof", "verify", proof, "--genesis", market.genesis, "-o", "json").json
    assert shown["valid"] is True
    assert (shown["kind"], shown["account"], shown["instrument"]) == ("balance", PAYER, RUPEE)
    assert shown["network"] == "test-network"
    assert int(shown["amount"]) > 0


def test_as_a_table_every_step_is_shown(amanat: Amanat, market: Market, proof: Path) -> None:
    ended = amanat("proof", "verify", proof, "--genesis", market.genesis)
    assert (ended.code, ended.err) == (0, "")
    lines = [line.split(maxsplit=1) for line in ended.out.splitlines()]
    steps = [name for name, _ in lines if name.endswith(":")]
    assert len(steps) >= 4
    assert ["valid", "yes"] in lines
    assert ["account", PAYER] in lines


def test_a_changed_proof_is_not_valid(amanat: Amanat, market: Market, proof: Path) -> None:
    bundle = bytearray(proof.read_bytes())
    bundle[-1] ^= 1
    proof.write_bytes(bundle)
    reason = amanat("proof", "verify", proof, "--genesis", market.genesis).failed(3)
    assert reason.startswith("NOT VALID: ")


def test_a_proof_is_not_valid_on_another_network(
    amanat: Amanat, market: Market, proof: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text(to_json(msgspec.structs.replace(market.network.document, network="other")))
    assert amanat("proof", "verify", proof, "--genesis", other).failed(3).startswith("NOT VALID: ")
    options = ("--api", market.api, "--genesis", other)
    assert amanat("holding", "show", PAYER, RUPEE, *options).failed(3).startswith("NOT VALID: ")


def test_a_node_that_claims_more_than_it_proves_is_found_out(
    amanat: Amanat, market: Market, proof: Path
) -> None:
    shown = amanat("proof", "verify", proof, "--genesis", market.genesis, "-o", "json").json
    lie = {
        "account": PAYER,
        "instrument": RUPEE,
        "amount": str(int(shown["amount"]) + 1),
        "proof": base64.b64encode(proof.read_bytes()).decode(),
    }
    path = f"/v1/accounts/{PAYER}/holdings/{RUPEE}?proof=true"
    with answering({path: (200, json.dumps(lie).encode())}) as api:
        ended = amanat("holding", "show", PAYER, RUPEE, "--api", api, "--genesis", market.genesis)
    assert "the node claims" in ended.failed(3)


def test_what_is_reserved_of_a_balance_makes_it_no_other() -> None:
    finding = verify(GENESIS, BUNDLES["a holding"])
    pledged = replace(finding, proved=Balance("client-3", BILL, 15_000, reserved=200))
    assert proving.Question("client-3", BILL, []).is_answered(pledged, 15_000)


def test_a_balance_is_proved_as_it_was_after_a_block(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    asked = ("holding", "show", PAYER, RUPEE, "--api", market.api, "--genesis", market.genesis)
    file = tmp_path / "past.proof"
    before = amanat(*asked, "--at-height", "1", "--save", file, "-o", "json").json
    assert (before["amount"], before["height"]) == ("0", 1)
    shown = amanat("proof", "verify", file, "--genesis", market.genesis, "-o", "json").json
    assert (shown["height"], shown["amount"]) == (1, "0")
    assert shown["says"].startswith(f"{PAYER} holds 0 of {RUPEE} at height 1, ")


def test_a_certificate_says_in_words_what_was_held_at_the_close_of_a_day(
    amanat: Amanat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "load_genesis", lambda _: decode(GENESIS, GenesisDocument))
    file = tmp_path / "certificate.proof"
    file.write_bytes(closing())
    shown = amanat("proof", "verify", file, "--genesis", "genesis.json", "-o", "json").json
    assert (shown["kind"], shown["day"]) == ("balance-certificate", "2025-10-08")
    assert (shown["account"], shown["amount"], shown["height"]) == ("client-3", "15000", 7)
    assert shown["says"] == (
        "client-3 held 15000 of PK0000000017 at the close of 2025-10-08 "
        "(block 7, 2025-10-09T08:53:20.007Z), on rehearsal"
    )


def test_a_certificate_answers_the_question_about_its_day_alone() -> None:
    finding = verify(GENESIS, closing())
    ask = partial(proving.Question, api=[])
    asked = ask("client-3", BILL, as_of="2025-10-08")
    assert asked.is_answered(finding, 15_000)
    assert not asked.is_answered(finding, 15_001)
    for other in (
        ask("client-3", BILL, as_of="2025-10-09"),
        ask("client-3", BILL),
        ask("client-3", BILL, at_height=7),
        ask("client-4", BILL, as_of="2025-10-08"),
        ask("client-3", "PKR", as_of="2025-10-08"),
    ):
        assert not other.is_answered(finding, 15_000)
    balance, receipt = (verify(GENESIS, BUNDLES[name]) for name in ("a holding", "a receipt"))
    assert ask("client-3", BILL, at_height=7).is_answered(balance, 15_000)
    assert not ask("client-3", BILL, at_height=8).is_answered(balance, 15_000)
    assert not asked.is_answered(balance, 15_000)
    assert not ask("client-3", BILL).is_answered(receipt, 0)


@pytest.mark.parametrize("query", ["--as-of", "--at-height"])
def test_a_node_that_proves_another_moment_is_found_out(
    amanat: Amanat, market: Market, proof: Path, query: str
) -> None:
    shown = amanat("proof", "verify", proof, "--genesis", market.genesis, "-o", "json").json
    told = {name: shown[name] for name in ("account", "instrument", "amount")}
    told["proof"] = base64.b64encode(proof.read_bytes()).decode()
    moment = "2026-01-01" if query == "--as-of" else str(shown["height"] - 1)
    path = f"/v1/accounts/{PAYER}/holdings/{RUPEE}?proof=true&"
    path += f"{query[2:].replace('-', '_')}={moment}"
    with answering({path: (200, json.dumps(told).encode())}) as api:
        options = ("--api", api, "--genesis", market.genesis, query, moment)
        ended = amanat("holding", "show", PAYER, RUPEE, *options)
    assert "its proof shows: payer holds" in ended.failed(3)


def test_a_day_that_was_not_closed_has_no_certificate(amanat: Amanat, market: Market) -> None:
    asked = ("holding", "show", PAYER, RUPEE, "--api", market.api)
    assert amanat(*asked, "--as-of", "2026-01-01").failed(5).startswith("not_found: ")
    both = amanat(*asked, "--as-of", "2026-01-01", "--at-height", "1")
    assert "exclude each other" in both.failed(2)


@pytest.mark.parametrize("account", ["Nobody", "no body", "../..", "\udcff", "٣"])
def test_what_cannot_be_an_account_is_refused_by_the_node(
    amanat: Amanat, market: Market, account: str
) -> None:
    reason = amanat("holding", "show", account, RUPEE, "--api", market.api).failed(5)
    assert reason.startswith("malformed_request: ")


def test_files_that_cannot_be_used_are_named(
    amanat: Amanat, market: Market, proof: Path, tmp_path: Path
) -> None:
    none = tmp_path / "none"
    asked = ("holding", "show", PAYER, RUPEE, "--api", market.api)
    for arguments, reason in (
        (
            ("proof", "verify", none, "--genesis", market.genesis),
            "none cannot be read: No such file",
        ),
        (
            ("proof", "verify", tmp_path, "--genesis", market.genesis),
            "cannot be read: Is a directory",
        ),
        (("proof", "verify", proof, "--genesis", none), "none does not exist"),
        (("proof", "verify", proof, "--genesis", tmp_path), "cannot be read: "),
        (("proof", "verify", proof, "--genesis", proof), "balance.proof"),
        ((*asked, "--genesis", none), "none does not exist"),
        ((*asked, "--save", tmp_path), "cannot be written: Is a directory"),
        ((*asked, "--save", none / "proof"), "cannot be written: No such file"),
    ):
        assert reason in amanat(*arguments).failed(2)
