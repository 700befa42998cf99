"""Asking as a participant: `--key`, `amanat token create`, `amanat node access-log`."""

import json
from pathlib import Path
from urllib.request import Request, urlopen

from amanat.node.access_log import Access, AccessLog
from tests.ledger.world import RUPEE
from tests.node.cli.market import PAYEE, Market
from tests.node.cli.running import Amanat

SETTINGS = """name = "mof"
data = "data"
genesis = "g"
key = "k"
passphrase_file = "p"
peers = {}
[peer]
listen = "127.0.0.1:7101"
[api]
listen = "127.0.0.1:8101"
url = "http://127.0.0.1:8101"
"""


def test_a_command_asks_as_whose_key_it_is_given(amanat: Amanat, market: Market) -> None:
    for command in (("holding", "show", PAYEE, RUPEE), ("proposal", "list")):
        assert amanat(*command, *market.signing, "--api", market.api).code == 0


def test_key_and_passphrase_go_together(amanat: Amanat, market: Market) -> None:
    for half, reason in (
        (market.signing[:2], "--passphrase-file is missing, and there is no terminal to ask on"),
        (market.signing[2:], "a passphrase without a key: say --key as well"),
    ):
        ended = amanat("holding", "show", PAYEE, RUPEE, *half, "--api", market.api)
        assert ended.failed(2) == reason


def test_a_token_is_printed_alone_to_be_sent_by_other_programs(
    amanat: Amanat, market: Market
) -> None:
    ended = amanat("token", "create", *market.signing, "--seconds", "60", "--api", market.api)
    assert ended.code == 0
    (token,) = ended.out.splitlines()
    assert ended.err == f"for client, at {market.api}, / and below, 60 s long\n"
    shown = amanat(
        *(
            "token",
            "create",
            *market.signing,
            "--path",
            "/v1/accounts",
            "--api",
            market.api,
            "-o",
            "json",
        )
    ).json
    assert (shown["participant"], shown["path"]) == ("client", "/v1/accounts")
    url, headers = f"{market.api}/v1/accounts/{PAYEE}", {"Authorization": f"Bearer {token}"}
    with urlopen(Request(url, headers=headers), timeout=10) as answer:  # noqa: S310 - http
        assert answer.status == 200


def test_who_has_no_key_on_the_ledger_gets_no_token(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    amanat("key", "new", tmp_path / "x.key", "--passphrase-file", market.passphrase)
    key = ("--key", tmp_path / "x.key", "--passphrase-file", market.passphrase)
    assert (
        amanat("token", "create", *key, "--api", market.api)
        .failed(5)
        .startswith("authentication_failed")
    )


def test_the_access_log_is_shown_in_order(amanat: Amanat, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "node.toml").write_text(SETTINGS)
    log = AccessLog(tmp_path / "data" / "access")
    route, about = "GET /v1/accounts/{account}", {"account": "alpha"}
    log.write(Access("2026-01-02", "r2", route, about, "agp", "ab" * 32, "auditor", None))
    log.write(Access("2026-01-01", "r1", route, about, None, None, None, "authentication_required"))
    shown = amanat("node", "access-log", "--config", tmp_path / "node.toml", "-o", "json").json
    assert [each["request"] for each in shown] == ["r1", "r2"]
    lines = amanat("node", "access-log", "--config", tmp_path / "node.toml").out.splitlines()
    assert "refused: authentication_required" in lines[1]
    assert "agp" in lines[2]
    assert "as auditor" in lines[2]
    assert "account alpha" in lines[2]
    assert json.dumps(shown)
    missing = amanat("node", "access-log", "--config", tmp_path / "none.toml")
    assert "does not exist" in missing.failed(2)
