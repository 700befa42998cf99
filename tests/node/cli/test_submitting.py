"""`amanat holding transfer` and `amanat transaction submit`."""

from pathlib import Path

import pytest

from amanat.ledger.operations import Transfer
from tests.ledger.world import RUPEE
from tests.node.cli.market import ISSUED, PAYEE, PAYER, Market
from tests.node.cli.running import Amanat, Ended


def transfer(
    amanat: Amanat,
    market: Market,
    *options: str | Path,
    amount: str = "2500",
    source: str = PAYER,
    target: str = PAYEE,
    instrument: str = RUPEE,
) -> Ended:
    return amanat(
        "holding",
        "transfer",
        *("--from", source, "--to", target, "--instrument", instrument, "--amount", amount),
        *market.signing,
        *("--api", market.api),
        *options,
    )


def held(amanat: Amanat, market: Market, account: str) -> int:
    shown = amanat("holding", "show", account, RUPEE, "--api", market.api, "-o", "json").json
    return int(shown["amount"])


def test_a_transfer_is_signed_submitted_and_final(amanat: Amanat, market: Market) -> None:
    before = held(amanat, market, PAYEE)
    outcome = transfer(amanat, market, "-o", "json").json
    assert (outcome["state"], outcome["final"]) == ("committed", True)
    assert held(amanat, market, PAYEE) == before + 2500


def test_the_outcome_can_be_read_as_a_table(amanat: Amanat, market: Market) -> None:
    ended = transfer(amanat, market)
    lines = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert (ended.code, lines["state"], lines["final"]) == (0, "committed", "yes")
    assert lines["events"].startswith("transferred (")


def test_the_same_file_submitted_again_gets_its_first_outcome(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    before = held(amanat, market, PAYEE)
    file = tmp_path / "order.tx"
    saved = transfer(amanat, market, "--save", file)
    assert (saved.code, saved.out) == (0, "")
    assert held(amanat, market, PAYEE) == before
    first = amanat("transaction", "submit", file, "--api", market.api, "-o", "json").json
    assert first.pop("submission_receipt")
    assert amanat("transaction", "submit", file, "--api", market.api, "-o", "json").json == first
    assert first["state"] == "committed"
    assert held(amanat, market, PAYEE) == before + 2500


def test_the_nodes_receipt_of_submission_is_kept_and_verified_offline(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    order, receipt = tmp_path / "order.tx", tmp_path / "order.receipt"
    transfer(amanat, market, "--save", order)
    ended = amanat("transaction", "submit", order, "--receipt", receipt, "--api", market.api)
    assert ended.code == 0
    assert "submission_receipt" not in ended.out
    assert f"`amanat proof verify {receipt} --genesis GENESIS`" in ended.err
    verified = amanat("proof", "verify", receipt, "--genesis", market.genesis, "-o", "json").json
    assert (verified["valid"], verified["kind"]) == (True, "submission")
    assert verified["authority"] == "mof"
    assert verified["transaction"] in ended.out
    table = amanat("proof", "verify", receipt, "--genesis", market.genesis)
    assert "signature:    mof signed it" in table.out.splitlines()


def test_a_receipt_is_never_overwritten_and_then_nothing_is_sent(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    order, receipt = tmp_path / "order.tx", tmp_path / "order.receipt"
    transfer(amanat, market, "--save", order)
    receipt.write_bytes(b"signed before")
    before = held(amanat, market, PAYEE)
    reason = amanat(
        "transaction", "submit", order, "--receipt", receipt, "--api", market.api
    ).failed(2)
    assert "order.receipt cannot be written: it exists" in reason
    assert receipt.read_bytes() == b"signed before"
    assert held(amanat, market, PAYEE) == before


def test_for_what_was_final_already_there_is_no_receipt_of_submission(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    order, receipt = tmp_path / "order.tx", tmp_path / "order.receipt"
    transfer(amanat, market, "--save", order)
    amanat("transaction", "submit", order, "--api", market.api)
    ended = amanat("transaction", "submit", order, "--receipt", receipt, "--api", market.api)
    assert ended.code == 0
    assert "it was final already" in ended.err
    assert not receipt.exists()


def test_a_changed_receipt_is_not_valid(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    order, receipt = tmp_path / "order.tx", tmp_path / "order.receipt"
    transfer(amanat, market, "--save", order)
    amanat("transaction", "submit", order, "--receipt", receipt, "--api", market.api)
    changed = bytearray(receipt.read_bytes())
    changed[-1] ^= 1
    receipt.write_bytes(changed)
    reason = amanat("proof", "verify", receipt, "--genesis", market.genesis).failed(3)
    assert reason.startswith("NOT VALID: signature: ")


def test_a_signed_file_is_never_overwritten(amanat: Amanat, market: Market, tmp_path: Path) -> None:
    file = tmp_path / "order.tx"
    file.write_bytes(b"signed before")
    assert "order.tx cannot be written: File exists" in transfer(
        amanat, market, "--save", file
    ).failed(2)
    assert file.read_bytes() == b"signed before"


def test_a_rule_that_refuses_ends_with_5_and_its_figures(amanat: Amanat, market: Market) -> None:
    ended = transfer(amanat, market, "-o", "json", amount=str(ISSUED + 1))
    reason = ended.failed(5)
    assert reason.startswith("rejected by insufficient_holding: ")
    assert f"need {ISSUED + 1}" in reason
    assert '"state": "rejected"' in ended.out


def test_an_unknown_account_is_refused_by_a_rule(amanat: Amanat, market: Market) -> None:
    reason = transfer(amanat, market, target="nobody").failed(5)
    assert reason.startswith("rejected by unknown_account: ")
    assert "nobody" in reason


def test_an_outcome_that_is_not_known_yet_ends_with_6_and_the_id(
    amanat: Amanat, market: Market
) -> None:
    ended = transfer(amanat, market, "--wait", "0", "-o", "json")
    reason = ended.failed(6)
    assert "is pending: submit the same bytes again to ask" in reason
    assert reason.split()[0] in ended.out


def test_the_door_refuses_what_is_no_transaction(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    file = tmp_path / "order.tx"
    file.write_bytes(b"\xc1 garbage")
    assert (
        amanat("transaction", "submit", file, "--api", market.api)
        .failed(5)
        .startswith("malformed: ")
    )


def test_the_door_refuses_a_key_that_nobody_registered(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    file = tmp_path / "order.tx"
    file.write_bytes(market.writer.sign(["stranger"], Transfer(PAYER, PAYEE, RUPEE, 1)))
    assert (
        amanat("transaction", "submit", file, "--api", market.api)
        .failed(5)
        .startswith("unknown_key: ")
    )


@pytest.mark.parametrize(
    "amount",
    ["-1", "0", "1.5", "1e3", "1_000", "1,000", "+1", " 1", "", "x", "٣", str(2**63), "9" * 5000],
)
def test_an_amount_is_a_natural_number_that_the_ledger_can_hold(
    amanat: Amanat, market: Market, amount: str
) -> None:
    reason = transfer(amanat, market, amount=amount).failed(2)
    assert reason.startswith(("--amount ", "this transfer cannot be: "))


@pytest.mark.parametrize("name", ["", "Payer", "pay er", "../payer", "payer\n", "\udcff", "a" * 65])
def test_what_cannot_be_a_name_is_refused_before_anything_is_signed(
    amanat: Amanat, market: Market, name: str
) -> None:
    refusal = "this transfer cannot be: "
    assert transfer(amanat, market, source=name).failed(2).startswith(refusal)
    assert transfer(amanat, market, target=name).failed(2).startswith(refusal)
    assert transfer(amanat, market, instrument=name).failed(2).startswith(refusal)


@pytest.mark.parametrize("wait", ["-1", "soon"])
def test_the_wait_is_a_number_of_seconds(amanat: Amanat, market: Market, wait: str) -> None:
    ended = transfer(amanat, market, "--wait", wait)
    assert ended.code == 2
    assert "--wait" in ended.err


def test_files_that_cannot_be_read_are_named(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    text = tmp_path / "latin"
    text.write_bytes(b"\xff")
    text.chmod(0o600)
    secret: list[str | Path] = ["--passphrase-file", market.passphrase]
    key: list[str | Path] = ["--key", market.key]
    refused: list[tuple[list[str | Path], str]] = [
        (["--key", tmp_path / "none", *secret], "none is missing: run `amanat key new"),
        (["--key", tmp_path, *secret], "is not a key file: "),
        (["--key", market.genesis, *secret], "genesis.json is not a key file: "),
        ([*key, "--passphrase-file", tmp_path / "none"], "none cannot be read: No such file"),
        ([*key, "--passphrase-file", tmp_path], "cannot be read: Is a directory"),
        ([*key, "--passphrase-file", text], "latin is not UTF-8 text"),
        ([*key, "--passphrase-file", market.genesis], "genesis.json can be read by others"),
    ]
    for options, reason in refused:
        assert reason in transfer(amanat, market, *options).failed(2)
    assert "none cannot be read: No such file" in amanat(
        "transaction", "submit", tmp_path / "none"
    ).failed(2)
    assert "cannot be read: Is a directory" in amanat("transaction", "submit", tmp_path).failed(2)
