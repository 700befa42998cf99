"""What `--curl` prints is the request that was sent."""

import base64
import json
import shlex
import subprocess

import pytest

from amanat.client.exchange import Request
from amanat.node.cli import curl
from tests.node.cli.market import Market
from tests.node.cli.running import Amanat


def test_a_question_is_its_address() -> None:
    assert curl.line("http://n/v1/status", Request("GET", "/v1/status")) == (
        "curl -s http://n/v1/status"
    )
    asked = Request("GET", "/v1/events?after=now&wait=5", accept="text/event-stream")
    assert curl.line("http://n/v1/events?after=now&wait=5", asked) == (
        "curl -s -H 'Accept: text/event-stream' 'http://n/v1/events?after=now&wait=5'"
    )


def test_a_body_stays_what_it_is() -> None:
    body = bytes(range(256))
    sent = curl.line("http://n/x", Request("POST", "/x", body, "application/msgpack"))
    before, _, after = sent.partition(" | curl ")
    piped = subprocess.run(["/bin/sh", "-c", before], capture_output=True, check=True)
    assert piped.stdout == body
    assert base64.b64encode(body).decode() in before
    assert shlex.split(after) == [
        *("-s", "-X", "POST", "-H", "Content-Type: application/msgpack"),
        *("--data-binary", "@-", "http://n/x"),
    ]


def test_no_signature_is_printed() -> None:
    told = curl.line("http://n/x", Request("GET", "/x"), is_signed=True)
    assert '-H "Authorization: Bearer $TOKEN"' in told


def test_what_a_command_prints_gets_the_same_answer(amanat: Amanat, market: Market) -> None:
    ended = amanat("--curl", "status", "--api", market.api, "-o", "json")
    assert ended.code == 0
    answers = [
        subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True).stdout
        for line in ended.err.splitlines()
    ]
    (shown,) = json.loads(ended.out)
    assert json.loads(answers[-1])["name"] == shown["name"]
    assert "curl" not in amanat("status", "--api", market.api).err, "not for the next one"


@pytest.mark.parametrize("wanted", [True, False])
def test_it_is_told_where_it_is_wanted(capsys: pytest.CaptureFixture[str], *, wanted: bool) -> None:
    before = curl.WANTED.set(wanted)
    try:
        curl.tell("http://n/x", Request("GET", "/x"))
    finally:
        curl.WANTED.reset(before)
    assert capsys.readouterr().err == ("curl -s http://n/x\n" if wanted else "")


def test_https_addresses_come_with_the_authorities_that_are_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AMANAT_CA", "/etc/amanat/the ministry.pem")
    asked = Request("GET", "/v1/status")
    assert curl.line("https://n/v1/status", asked) == (
        "curl -s --cacert '/etc/amanat/the ministry.pem' https://n/v1/status"
    )
    assert curl.line("http://n/v1/status", asked) == "curl -s http://n/v1/status"
