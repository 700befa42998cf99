"""`amanat transaction sign`, `countersign` and `show`."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from amanat.client.drafts import BYTES_MAX
from amanat.node.cli import passphrases
from tests.node.cli.market import PAYEE, PAYER
from tests.node.cli.office import Office, events
from tests.node.processes import PASSPHRASE

PAYMENT: Final[dict[str, Any]] = {
    "operation": "transfer",
    "source": PAYER,
    "target": PAYEE,
    "instrument": "PKR",
    "amount": "2500",
}
SAID: Final = "- transfer PKR 25.00 from payer to payee"


def test_what_is_signed_is_said_in_words_and_submitted(office: Office) -> None:
    ended = office.run("transaction", "sign", office.file(PAYMENT), by="client")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == SAID
    assert dict(line.split(maxsplit=1) for line in lines[1:])["state"] == "committed"
    beside = office.run("transaction", "sign", office.file(PAYMENT), "-o", "json", by="client")
    assert beside.err == SAID + "\n"
    assert json.loads(beside.out)["state"] == "committed"


def test_a_dry_run_signs_nothing(office: Office) -> None:
    ended = office.run("transaction", "sign", office.file(PAYMENT), "--dry-run", by="client")
    assert (ended.code, ended.out) == (0, SAID + "\n")


def test_what_would_be_refused_is_not_signed(office: Office) -> None:
    file = office.file([PAYMENT, PAYMENT | {"target": "nobody"}])
    ended = office.run("transaction", "sign", file, by="client")
    assert ended.failed(5) == ("it would be refused: operation 1: unknown_account (account nobody)")
    saved = office.run(
        "transaction", "sign", file, "--save", office.directory / "order.tx", by="client"
    )
    assert saved.code == 0
    assert saved.err.startswith("as things stand it would be refused: operation 1: ")


def test_each_signer_adds_a_signature_wherever_he_is(office: Office) -> None:
    first, second = office.directory / "first.tx", office.directory / "second.tx"
    genesis: list[str | Path] = ["--genesis", office.market.genesis]
    away = ["--api", "http://127.0.0.1:9"]
    options: list[str | Path] = ["--signer", office.key("bank"), "--signer", office.key("treasury")]
    saved = office.run(
        "transaction",
        "sign",
        office.file(PAYMENT),
        "--save",
        first,
        *options,
        *genesis,
        by="client",
    )
    assert saved.code == 0
    assert saved.out.splitlines()[0] == "- transfer 2,500 of PKR from payer to payee"
    assert "`amanat transaction countersign " in saved.err
    shown = office.amanat("transaction", "show", first, "-o", "json").json
    assert shown["operations"] == [PAYMENT | {"travel_data": None}]
    assert (len(shown["signed_by"]), len(shown["lacks"])) == (1, 2)
    assert "lacks the signature of " in office.run("transaction", "submit", first).failed(2)
    assert "lacks the signature of " in office.run(
        "transaction", "countersign", first, "--yes", by="bank"
    ).failed(2)
    added = office.run(
        "transaction", "countersign", first, "--yes", "--save", second, *genesis, *away, by="bank"
    )
    assert added.code == 0
    last = office.run("transaction", "countersign", second, "--yes", "-o", "json", by="treasury")
    assert json.loads(last.out)["id"] == shown["id"]
    assert "transferred" in events(last)


def test_nobody_signs_what_is_not_his(office: Office) -> None:
    file = office.directory / "order.tx"
    office.run("transaction", "sign", office.file(PAYMENT), "--save", file, by="client")
    reason = office.run("transaction", "countersign", file, "--yes", by="bank").failed(2)
    assert "bank.key is none of the signers of " in reason


def test_whoever_signs_what_another_wrote_is_asked(office: Office) -> None:
    file = office.directory / "order.tx"
    key = office.key("bank")
    office.run(
        "transaction", "sign", office.file(PAYMENT), "--save", file, "--signer", key, by="client"
    )
    reason = office.run("transaction", "countersign", file, by="bank").failed(2)
    assert reason.endswith("There is no terminal to answer on: say --yes")


def test_without_a_file_the_passphrase_is_asked_on_the_terminal(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: list[str | Path] = [office.file(PAYMENT), "--key", office.key("client")]
    reason = office.run("transaction", "sign", *options).failed(2)
    assert reason == "--passphrase-file is missing, and there is no terminal to ask on"
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(passphrases, "getpass", lambda _: PASSPHRASE)
    assert office.run("transaction", "sign", *options).code == 0
    monkeypatch.setattr(passphrases, "getpass", lambda _: "another")
    assert "the passphrase does not open it" in office.run("transaction", "sign", *options).failed(
        2
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PAYMENT | {"amount": "25.00"}, 'amount: "25.00" is not an amount in smallest units, '),
        (PAYMENT | {"amuont": 1}, 'amuont: "amuont" is no field here: did you mean amount?'),
        (PAYMENT | {"operation": "transfers"}, "did you mean transfer?"),
        ([PAYMENT, {}], "[1].operation: is missing"),
        ([], "the list is empty"),
        (None, "null is not an object"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    office: Office, content: object, reason: str
) -> None:
    refused = office.run("transaction", "sign", office.file(content), by="client").failed(2)
    assert "operations.json: " in refused
    assert reason in refused


def test_files_that_are_no_operations_or_no_transactions_are_named(office: Office) -> None:
    latin = office.directory / "latin"
    latin.write_bytes(b"\xff")
    huge = office.directory / "huge"
    huge.write_bytes(bytes(BYTES_MAX + 1))
    assert "none cannot be read: " in office.run(
        "transaction", "sign", Path("none"), by="client"
    ).failed(2)
    assert "latin is not UTF-8 text" in office.run(
        "transaction", "sign", latin, by="client"
    ).failed(2)
    for file in (latin, huge):
        assert "is no transaction that can be signed: " in office.amanat(
            "transaction", "show", file
        ).failed(2)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--valid-for", "an hour"], "--valid-for 'an hour' is no duration: write 90s, 30m"),
        (["--valid-for", "0s"], "is no duration"),
        (["--signer", "abcd"], "--signer abcd is not a public key"),
        (["--signer", "none.key"], "none.key is missing"),
        (["--genesis", "none.json"], "none.json does not exist"),
        (["--save", "operations.json"], "operations.json cannot be written: File exists"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_signed(
    office: Office, options: list[str], reason: str
) -> None:
    file = office.file(PAYMENT)
    assert reason in office.run("transaction", "sign", file, *options, by="client").failed(2)


def test_a_signature_lasts_as_long_as_it_was_told_to(office: Office) -> None:
    file = office.file(PAYMENT)
    refused = office.run("transaction", "sign", file, "--valid-for", "8d", by="client").failed(5)
    assert refused.startswith("it would be refused: ")
    assert (
        office.run("transaction", "sign", file, "--valid-for", "7d", "--dry-run", by="client").code
        == 0
    )
