"""`amanat status`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.node.cli.market import Market
from tests.node.cli.running import Amanat, answering

FIELDS = ["name", "class", "role", "term", "height", "state_root", "leader", "api"]
ROOTS = {"a": "aa" * 32, "b": "bb" * 32}


def test_every_authority_is_listed_with_all_that_is_known(amanat: Amanat, market: Market) -> None:
    (node,) = amanat("status", "--api", market.api, "-o", "json").json
    assert list(node) == FIELDS
    assert (node["name"], node["class"], node["role"]) == ("mof", "sovereign", "leader")
    assert (node["leader"], node["api"]) == ("mof", market.api)
    assert node["term"] >= 1
    assert node["height"] >= 4
    assert len(bytes.fromhex(node["state_root"])) == 32


def test_the_table_shortens_state_roots(amanat: Amanat, market: Market) -> None:
    ended = amanat("status", "--api", market.api)
    heading, row = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert heading.split() == [
        "name",
        "class",
        "role",
        "term",
        "height",
        "state",
        "root",
        *FIELDS[6:],
    ]
    assert len(row.split()[5]) == 16


def node(name: str, height: int, root: str) -> dict[str, Any]:
    """Return what `/v1/status` of a node would say."""
    shown = dict.fromkeys(FIELDS)
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
