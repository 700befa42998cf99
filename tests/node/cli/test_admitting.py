"""Who runs a program that governance does not list is not let in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from amanat.node.joining.request import JoinRequest, written
from tests.ledger.world import key, public_key
from tests.node.cli.running import Amanat, answering

CHAIN, LISTED, OTHER = bytes(32), b"\x0b" * 32, b"\x0a" * 32


@pytest.fixture
def node() -> Iterator[str]:
    """Something that answers as a node whose ledger lists one program, and that runs another."""
    answers: dict[str, tuple[int, bytes]] = {}
    with answering(answers) as url:
        member = {"class": "custodian", "connected": True, "api": url, "key": "00" * 32}
        network = {
            "chain": CHAIN.hex(),
            "quorum": 1,
            "sovereign_min": 1,
            "rule": "majority",
            "changing_since": None,
            "authorities": [
                {**member, "name": "mof", "participant": "mof", "part": "votes"},
                {**member, "name": "new", "participant": "new", "part": "learns"},
            ],
        }
        status = {"name": "mof", "program": OTHER.hex(), "programs": [LISTED.hex()]}
        answers["/v1/network"] = (200, json.dumps(network).encode())
        answers["/v1/status"] = (200, json.dumps(status).encode())
        word = {"name": "new", "height": 1, "signature": "00" * 64}
        answers["/v1/readiness"] = (200, json.dumps(word).encode())
        yield url


def asked(place: Path, program: bytes) -> Path:
    request = JoinRequest(
        chain=CHAIN,
        name="newer",
        participant="newer",
        key=public_key("newer"),
        peer="127.0.0.1:1",
        api="http://127.0.0.1:1",
        version="0.1.0",
        program=program,
    )
    file = place / "newer.join.json"
    file.write_text(written(request, lambda message: key("newer").sign(message).signature))
    return file


def test_a_request_of_another_program_is_refused(amanat: Amanat, node: str, tmp_path: Path) -> None:
    learn = ("authority", "learn", asked(tmp_path, OTHER), "--class", "custodian", "--api", node)
    said = amanat(*learn).failed(5)
    assert f"newer says that it runs {OTHER.hex()}, which governance does not let run" in said
    assert LISTED.hex() in said


def test_a_request_of_a_listed_one_is_decided_on(amanat: Amanat, node: str, tmp_path: Path) -> None:
    learn = ("authority", "learn", asked(tmp_path, LISTED), "--class", "custodian", "--api", node)
    ended = amanat(*learn)
    assert ended.code == 0, ended
    assert "newer" in ended.out


def test_a_learner_that_runs_another_program_is_not_admitted(amanat: Amanat, node: str) -> None:
    said = amanat("authority", "admit", "new", "--api", node).failed(5)
    assert "new says that it runs" in said
