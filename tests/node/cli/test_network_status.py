"""`amanat status`."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amanat.node import clock
from amanat.node.cli.network_status import COLUMNS
from amanat.node.version import VERSION
from tests.node.cli.market import Market
from tests.node.cli.running import Amanat, answering
from tests.node.processes import Network

FIELDS = [*COLUMNS, "common_height", "common_root"]
ROOTS = {"a": "aa" * 32, "b": "bb" * 32}


def test_every_authority_is_listed_with_all_that_is_known(amanat: Amanat, market: Market) -> None:
    (node,) = amanat("status", "--api", market.api, "-o", "json").json
    assert list(node) == FIELDS
    assert (node["name"], node["class"], node["role"]) == ("mof", "sovereign", "leader")
    assert (node["leader"], node["api"]) == ("mof", market.api)
    assert node["term"] >= 1
    assert node["height"] >= 4
    assert len(bytes.fromhex(node["state_root"])) == 32
    assert (node["version"], node["lag"], node["reason"]) == (VERSION, 0, None)
    assert node["protocol"] >= 1
    assert node["certificate_days"] in (6, 7)


def test_the_table_shortens_state_roots(amanat: Amanat, market: Market) -> None:
    ended = amanat("status", "--api", market.api)
    heading, row = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert heading.split() == " ".join(COLUMNS).replace("_", " ").split()
    assert len(row.split()[6]) == 16


def node(name: str, height: int, root: str) -> dict[str, Any]:
    """Return what `/v1/status` of a node would say."""
    shown: dict[str, Any] = dict.fromkeys(FIELDS)
    return shown | {"name": name, "class": "custodian", "height": height, "state_root": root}


@pytest.fixture
def network(request: pytest.FixtureRequest) -> Iterator[str]:
    """Two stand-ins for nodes, at given heights and roots: real ones cannot be made to diverge."""
    (first_height, first_root), (second_height, second_root) = request.param
    first = json.dumps(node("first", first_height, first_root)).encode()
    second = json.dumps(node("second", second_height, second_root)).encode()
    with (
        answering({"/v1/status": (200, first)}) as first_api,
        answering({"/v1/status": (200, second)}) as second_api,
    ):
        members = [
            {"name": "first", "class": "custodian", "api": first_api},
            {"name": "second", "class": "custodian", "api": second_api},
            {"name": "third", "class": "custodian", "api": "http://127.0.0.1:1"},
            {"name": "fourth", "class": "custodian", "api": None},
        ]
        listed = json.dumps({"authorities": members}).encode()
        with answering({"/v1/network": (200, listed)}) as api:
            yield api


@pytest.mark.parametrize("network", [((5, ROOTS["a"]), (5, ROOTS["b"]))], indirect=True)
def test_two_states_at_one_height_end_with_3_and_name_who_has_which(
    amanat: Amanat, network: str
) -> None:
    ended = amanat("status", "--api", network, "-o", "json")
    assert ended.failed(3) == (
        f"DIVERGED: at height 5 first have {'a' * 16} and second have {'b' * 16}"
    )
    assert [row["name"] for row in json.loads(ended.out)] == ["first", "second", "third", "fourth"]


@pytest.mark.parametrize(
    "network",
    [((5, ROOTS["a"]), (5, ROOTS["a"])), ((5, ROOTS["a"]), (6, ROOTS["b"]))],
    indirect=True,
)
def test_one_state_at_one_height_is_well(amanat: Amanat, network: str) -> None:
    rows = amanat("status", "--api", network, "-o", "json").json
    assert [row["height"] for row in rows[:2]] in ([5, 5], [5, 6])


@pytest.mark.parametrize("network", [((5, ROOTS["a"]), (5, ROOTS["a"]))], indirect=True)
def test_a_node_that_does_not_answer_is_listed_as_unreachable(amanat: Amanat, network: str) -> None:
    rows = amanat("status", "--api", network, "-o", "json").json
    assert [row["role"] for row in rows[2:]] == ["unreachable", "unreachable"]
    assert [row["state_root"] for row in rows[2:]] == [None, None]


def test_files_of_the_network_are_not_needed(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    assert list(tmp_path.iterdir()) == []
    assert amanat("status", "--api", market.api).code == 0


def block(root: str) -> tuple[int, bytes]:
    """Return what `/v1/blocks/5` of a node would say."""
    return 200, json.dumps({"state_root": root}).encode()


def test_nodes_at_different_heights_are_compared_where_both_have_been(amanat: Amanat) -> None:
    ahead = json.dumps(node("ahead", 6, "cc" * 32)).encode()
    behind = json.dumps(node("behind", 5, ROOTS["a"])).encode()
    with (
        answering({"/v1/status": (200, ahead), "/v1/blocks/5": block(ROOTS["b"])}) as ahead_api,
        answering({"/v1/status": (200, behind)}) as behind_api,
    ):
        members = [
            {"name": "ahead", "class": "custodian", "api": ahead_api},
            {"name": "behind", "class": "custodian", "api": behind_api},
        ]
        listed = json.dumps({"authorities": members}).encode()
        with answering({"/v1/network": (200, listed)}) as api:
            ended = amanat("status", "--api", api, "-o", "json")
    assert ended.failed(3) == (
        f"DIVERGED: at height 5 ahead have {'b' * 16} and behind have {'a' * 16}"
    )
    assert [row["lag"] for row in json.loads(ended.out)] == [0, 1]


def test_a_certificate_that_was_not_renewed_is_told(amanat: Amanat) -> None:
    seen = node("late", 5, ROOTS["a"]) | {
        "certificate_expires": clock.now() + 2 * 86_400_000 + 60_000
    }
    with answering({"/v1/status": (200, json.dumps(seen).encode())}) as late:
        listed = json.dumps({"authorities": [{"name": "late", "class": "custodian", "api": late}]})
        with answering({"/v1/network": (200, listed.encode())}) as api:
            ended = amanat("status", "--api", api)
    assert ended.code == 0
    assert ended.err == "late: its certificate ends in 2 days and was not renewed\n"


def test_a_node_that_was_killed_is_listed_with_the_reason(amanat: Amanat, tmp_path: Path) -> None:
    with Network(tmp_path, ["mof", "sbp", "cdc"], quorum=2) as network:
        network.start()
        asyncio.run(network.ready())
        network.kill("cdc")
        ended = amanat("status", "--api", network.api("mof"), "-o", "json")
    rows = {row["name"]: row for row in ended.json}
    assert rows["cdc"]["role"] == "unreachable"
    assert rows["cdc"]["api"] == network.api("cdc")
    assert rows["cdc"]["reason"]
    assert [rows[name]["reason"] for name in ("mof", "sbp")] == [None, None]
    assert rows["mof"]["common_root"] == rows["sbp"]["common_root"]
