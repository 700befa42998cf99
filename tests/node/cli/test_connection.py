"""Which nodes a command talks to, and what happens when they do not answer as nodes do."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from amanat.node.cli.connection import DEFAULT_API, api_urls
from tests.ledger.world import RUPEE
from tests.node.cli.market import PAYER, Market
from tests.node.cli.running import Amanat, answering

NOBODY = "http://127.0.0.1:1"
"""Port 1 (tcpmux) is for the system alone; nothing that a test starts can listen there."""


def asking(api: str) -> list[Sequence[str]]:
    """Return each command that talks to nodes, with the address to use."""
    return [("status", "--api", api), ("holding", "show", PAYER, RUPEE, "--api", api)]


def test_a_node_that_is_down_ends_with_4(amanat: Amanat) -> None:
    for command in asking(NOBODY):
        assert amanat(*command).failed(4).startswith(f"no node answered: {NOBODY}: ")


def test_the_next_node_is_asked_when_one_is_down(amanat: Amanat, market: Market) -> None:
    assert amanat("status", "--api", NOBODY, "--api", market.api).code == 0


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "http://",
        "http://[::1",
        "http://127.0.0.1:x",
        "http://127.0.0.1:99999",
        "ftp://127.0.0.1:1",
        "http://nowhere.invalid:1",
    ],
)
def test_a_bad_address_ends_with_4(amanat: Amanat, address: str) -> None:
    assert "no node answered: " in amanat("status", "--api", address).failed(4)


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"\xff", b"[]", b"null", b"{}", b'{"authorities": 1, "amount": "x"}']
)
def test_what_is_no_node_ends_with_4(amanat: Amanat, body: bytes) -> None:
    paths = ("/v1/network", f"/v1/accounts/{PAYER}/holdings/{RUPEE}?proof=false")
    with answering(dict.fromkeys(paths, (200, body))) as api:
        for command in asking(api):
            assert "is not a node" in amanat(*command).failed(4)


def test_a_node_that_sends_no_proof_when_asked_for_one_is_no_node(
    amanat: Amanat, tmp_path: Path
) -> None:
    path = f"/v1/accounts/{PAYER}/holdings/{RUPEE}?proof=true"
    with answering({path: (200, b'{"amount": "1"}')}) as api:
        ended = amanat("holding", "show", PAYER, RUPEE, "--api", api, "--save", "proof")
    assert "is not a node" in ended.failed(4)
    assert not (tmp_path / "proof").exists()


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"title": "no"}'])
def test_a_refusal_in_any_form_ends_with_5(amanat: Amanat, body: bytes) -> None:
    with answering({"/v1/network": (503, body)}) as api:
        amanat("status", "--api", api).failed(5)


def test_addresses_come_from_options_then_the_environment_then_a_test_network_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AMANAT_API", raising=False)
    assert api_urls([]) == [DEFAULT_API]
    (tmp_path / "testnet").mkdir()
    record = {"nodes": [{"api": "http://a:1"}, {"api": "http://b:1"}]}
    (tmp_path / "testnet" / "testnet.json").write_text(json.dumps(record))
    assert api_urls([]) == ["http://a:1", "http://b:1"]
    monkeypatch.setenv("AMANAT_API", "http://c:1 http://d:1")
    assert api_urls([]) == ["http://c:1", "http://d:1"]
    assert api_urls(["http://e:1"]) == ["http://e:1"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"nodes": [1]}', b"\xff"])
def test_a_damaged_record_of_a_test_network_is_named(
    amanat: Amanat, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "testnet").mkdir()
    (tmp_path / "testnet" / "testnet.json").write_bytes(content)
    assert amanat("status").failed(2) == (
        "testnet/testnet.json is damaged: run `make testnet-clean`"
    )
