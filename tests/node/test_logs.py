"""What a node logs: one JSON object a line, for machines, and nothing secret in it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from tests.ledger.world import key, public_key

SCRIPT: Final = """
import logging
import structlog
from aiohttp.http_exceptions import BadHttpMessage
from nacl.signing import SigningKey
from amanat.node import logs
from amanat.client.keystore import Signer

logs.set_up("info", node="mof", network="test-network")
log = structlog.get_logger("a.module")
log.info("block.final", height=7, digest=bytes(range(32)))
log.info("two\\nlines", text="with\\nbreaks and \\u0642\\u0644\\u0645")
log.debug("too.fine")
log.info("signer.opened", signer=Signer(SigningKey(bytes.fromhex("SEED"))))
try:
    raise ValueError("a reason\\nin two lines")
except ValueError:
    log.exception("it.failed")
logging.getLogger("library").warning("a library says %s", "so")
logging.getLogger("library").info("a library chats")
try:
    raise BadHttpMessage("Invalid header value char: Authorization: Bearer a-token")
except BadHttpMessage:
    logging.getLogger("aiohttp.server").exception("Error handling request from %s", "10.0.0.9")
"""


@pytest.fixture(scope="module")
def output() -> tuple[str, str]:
    """What a process that logs writes to standard output and to standard error.

    A process of its own, because setting up the logs cannot be undone.
    """
    script = SCRIPT.replace("SEED", bytes(key("mof")).hex())
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return ran.stdout, ran.stderr


@pytest.fixture(scope="module")
def lines(output: tuple[str, str]) -> Mapping[str, dict[str, Any]]:
    """The lines by what they are about. Fails if a line is no JSON object."""
    found = [dict(json.loads(line)) for line in output[1].splitlines()]
    return {line["event"]: line for line in found}


def test_every_line_is_one_json_object_on_standard_error(
    output: tuple[str, str], lines: Mapping[str, dict[str, Any]]
) -> None:
    assert output[0] == ""
    assert list(lines) == [
        "block.final",
        "two\nlines",
        "signer.opened",
        "it.failed",
        "a library says so",
        "Error handling request from 10.0.0.9",
    ]
    assert lines["two\nlines"]["text"] == "with\nbreaks and قلم"


def test_every_line_names_node_network_level_and_utc_time(
    lines: Mapping[str, dict[str, Any]],
) -> None:
    for line in lines.values():
        assert (line["node"], line["network"]) == ("mof", "test-network")
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)
    assert [line["level"] for line in lines.values()] == (
        ["info"] * 3 + ["error", "warning", "warning"]
    )


def test_what_is_below_the_level_is_not_logged(lines: Mapping[str, dict[str, Any]]) -> None:
    assert "too.fine" not in lines
    assert "a library chats" not in lines


def test_digests_are_shown_in_hexadecimal(lines: Mapping[str, dict[str, Any]]) -> None:
    assert lines["block.final"]["digest"] == bytes(range(32)).hex()
    assert lines["block.final"]["height"] == 7


def test_an_error_is_logged_with_its_cause_in_its_own_line(
    lines: Mapping[str, dict[str, Any]],
) -> None:
    assert "ValueError: a reason\nin two lines" in lines["it.failed"]["exception"]


def test_a_key_that_is_logged_shows_its_public_half_alone(
    output: tuple[str, str], lines: Mapping[str, dict[str, Any]]
) -> None:
    assert public_key("mof").hex() in lines["signer.opened"]["signer"]
    assert bytes(key("mof")).hex() not in output[1]


def test_of_what_is_no_request_nothing_is_logged_that_it_held(
    output: tuple[str, str], lines: Mapping[str, dict[str, Any]]
) -> None:
    """A header may hold a token, and whoever reaches the node could fill its log."""
    told = lines["Error handling request from 10.0.0.9"]
    assert "exception" not in told
    assert told["reason"] == "BadHttpMessage"
    assert "a-token" not in output[1]
