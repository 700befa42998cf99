"""`amanat testnet found`, `admit` and `play`: what they say, and how they fail."""

import json
from pathlib import Path

import pytest

from tests.node.cli.running import Amanat, answering, in_this_process


@pytest.fixture
def amanat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Amanat:
    return in_this_process(tmp_path, monkeypatch, capsys)


def test_found_says_what_it_made_and_that_it_was_there(amanat: Amanat) -> None:
    first = amanat("testnet", "found", "--root", "network", "-o", "json").json
    assert first["made"] is True
    again = amanat("testnet", "found", "--root", "network", "-o", "json").json
    assert again == {**first, "made": False}


def test_found_names_a_place_that_cannot_be(amanat: Amanat, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("dear")
    reason = amanat("testnet", "found", "--root", "file/network").failed(2)
    assert reason.endswith("cannot be made: Not a directory")


@pytest.mark.parametrize("command", ["admit", "play"])
def test_without_a_network_there_is_nobody_to_sign(amanat: Amanat, command: str) -> None:
    reason = amanat("testnet", command, "--participants", "none").failed(2)
    assert "none/genesis.json" in reason


@pytest.mark.parametrize("command", ["admit", "play"])
def test_where_no_node_answers_it_says_so(amanat: Amanat, command: str) -> None:
    amanat("testnet", "found", "--root", "network")
    at = ("--participants", "network/participants", "--api", "http://127.0.0.1:1")
    assert "127.0.0.1:1" in amanat("testnet", command, *at).failed(4)


def test_a_learner_that_cannot_be_read_is_named(amanat: Amanat, tmp_path: Path) -> None:
    amanat("testnet", "found", "--root", "network")
    (tmp_path / "network/participants/learner.json").write_text("{}")
    reason = amanat("testnet", "admit", "--participants", "network/participants").failed(2)
    assert "learner.json cannot be read" in reason


def test_the_job_needs_every_authority(amanat: Amanat) -> None:
    amanat("testnet", "found", "--root", "network")
    status = json.dumps({"name": "mof"}).encode()
    with answering({"/v1/status": (200, status)}) as url:
        at = ("--participants", "network/participants", "--api", url)
        reason = amanat("testnet", "play", *at).failed(2)
    assert "give --api for sbp, cdc, custodian-a, custodian-b" in reason
