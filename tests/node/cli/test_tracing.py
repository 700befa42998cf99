"""`amanat node trace` on the logs of a real network whose leader was killed."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from amanat.node.client import Client
from tests.node.cli.running import Amanat
from tests.node.processes import Network

NAMES = ("mof", "sbp", "cdc")


async def leader(network: Network, *names: str, but: str = "") -> str:
    """Return who leads, as these nodes have it, once somebody else than `but` does."""
    async with Client(network.apis(names)) as client, asyncio.timeout(30):
        while True:
            found = (await client.get("/v1/status"))["leader"]
            if found not in {None, but}:
                return str(found)
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, str, str]]:
    """A network whose first leader was killed, with the names of both leaders."""
    with Network(tmp_path_factory.mktemp("story"), NAMES, quorum=2) as network:
        network.start()
        asyncio.run(network.ready())
        first = asyncio.run(leader(network, *NAMES))
        network.kill(first)
        others = [name for name in NAMES if name != first]
        second = asyncio.run(leader(network, *others, but=first))
        yield network, first, second


def test_it_tells_who_stood_voted_and_led(story: tuple[Network, str, str], amanat: Amanat) -> None:
    network, first, second = story
    logs = [network.root / f"{name}.log" for name in NAMES]
    told = amanat("node", "trace", *logs, "-o", "json").json
    assert told["not_understood"] == 0
    led = [each for each in told["elections"] if each["leader"] is not None]
    assert [each["leader"] for each in led][:1] == [first]
    last = led[-1]
    assert last["leader"] == second
    (other,) = {*NAMES} - {first, second}
    assert sorted(last["votes"]) == sorted([other, second])
    (candidacy,) = (each for each in last["candidates"] if each["node"] == second)
    assert (candidacy["cause"], candidacy["voted"]) == ("silence", [other])
    assert last["leaderless_seconds"] > 0
    lost = [each for each in told["events"] if each["event"] == "election.leader-lost"]
    assert first in {each["leader"] for each in lost}
    assert all(each["silence_seconds"] >= 0.6 for each in lost)


def test_the_table_says_it_in_words(story: tuple[Network, str, str], amanat: Amanat) -> None:
    network, first, second = story
    logs = [network.root / f"{name}.log" for name in NAMES]
    ended = amanat("node", "trace", *logs)
    assert (ended.code, ended.err) == (0, "")
    assert f"misses {first}: silent for" in ended.out
    assert "stands for election: it hears no leader" in ended.out
    assert f"votes for {second}" in ended.out
    assert "without leader" in ended.out


def test_no_line_about_elections_names_more_than_nodes_terms_and_heights(
    story: tuple[Network, str, str],
) -> None:
    network, _, _ = story
    harmless = {
        *("timestamp", "event", "level", "node", "network", "term", "candidate", "cause"),
        *("refusal", "votes", "last", "last_term", "silence_seconds", "leader"),
    }
    for name in NAMES:
        for line in network.log(name):
            if line["event"].startswith("election."):
                assert set(line) <= harmless


def test_mangled_lines_are_one_clear_count(
    story: tuple[Network, str, str], amanat: Amanat, tmp_path: Path
) -> None:
    network, _, second = story
    mangled = tmp_path / "mangled.log"
    whole = (network.root / f"{second}.log").read_bytes()
    mangled.write_bytes(b"{\n" + whole + b"Killed\n" + whole[:20])
    ended = amanat("node", "trace", mangled)
    assert ended.code == 0
    assert ended.err == "3 lines were no line of a node's log, and not understood\n"
    assert second in ended.out
    told = amanat("node", "trace", mangled, "-o", "json")
    assert json.loads(told.out)["not_understood"] == 3


def test_a_log_that_is_not_there_is_named(amanat: Amanat) -> None:
    assert "none.log cannot be read: No such file" in amanat("node", "trace", "none.log").failed(2)
