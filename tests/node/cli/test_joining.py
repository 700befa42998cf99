"""A node joins by the command line alone, and takes the place of one whose key is to change."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from amanat.client import keystore
from amanat.config.words import key_words
from amanat.node import data_directory
from amanat.node.client import Client
from amanat.node.program import program_digest
from amanat.node.written.reading import parse
from tests.node.cli.running import Amanat
from tests.node.processes import HOST, PASSPHRASE, Network, free_ports

NAMES = ("cdc", "mof", "sbp")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """Three authorities, started, and the settings of a fourth, `mof-2`, which is not."""
    with Network(tmp_path, NAMES, quorum=2) as made:
        made.start()
        asyncio.run(made.ready())
        newcomer(made)
        yield made


def newcomer(network: Network) -> None:
    """Make settings, key and directory of `mof-2`."""
    peer, api = free_ports(2)
    keystore.create(network.root / "mof-2.key", PASSPHRASE, cost=keystore.TEST)
    peers = "\n".join(f'{name} = "{network.listens(name)["peer"]}"' for name in NAMES)
    network.settings("mof-2").write_text(
        f"""name = "mof-2"
data = "data/mof-2"
genesis = "genesis.json"
key = "mof-2.key"
passphrase_file = "passphrase"
[peer]
listen = "{HOST}:{peer}"
[api]
listen = "{HOST}:{api}"
url = "http://{HOST}:{api}"
readers = "anyone"
[peers]
{peers}
"""
    )
    data_directory.create(network.root / "data" / "mof-2", "mof-2", network.document)


def decide(network: Network, decision: str) -> None:
    """Let MoF and SBP sign a decision as it was printed."""
    envelope = network.writer.sign(["mof", "sbp"], *parse(decision))

    async def submit() -> None:
        async with Client(network.apis(["sbp"])) as client:
            outcome = await client.submit(envelope, wait=20)
            assert outcome["state"] == "committed", outcome

    asyncio.run(submit())


def test_a_node_asks_is_let_learn_catches_up_and_votes_instead_of_another(
    amanat: Amanat, network: Network
) -> None:
    file, settings, at = (
        network.root / "mof-2.join.json",
        network.settings("mof-2"),
        (
            "--api",
            network.api("sbp"),
        ),
    )
    asked = amanat(
        *("node", "join-request", file, "--config", settings),
        *("--participant", "mof", "-o", "json"),
    ).json
    key = keystore.public_key(network.root / "mof-2.key")
    assert (asked["public_key"], asked["words"]) == (key.hex(), " ".join(key_words(key)))
    assert asked["program"] == program_digest().hex()
    shown = amanat("node", "join", "--config", settings, *at, "-o", "json").json
    assert shown["stage"] == "requested"
    assert amanat("authority", "admit", "mof-2", *at).failed(2).startswith("mof-2 takes no part")

    learn = amanat("authority", "learn", file, "--class", "sovereign", *at)
    assert learn.code == 0
    assert key.hex() in learn.err
    assert "another program" not in learn.err
    assert json.loads(learn.out)["learners"][0]["name"] == "mof-2"
    decide(network, learn.out)
    shown = amanat("node", "join", "--config", settings, *at, "-o", "json").json
    assert shown["told"] == "approved, and it does not answer: is it started?"
    again = amanat("authority", "learn", file, *at).failed(2)
    assert again == "mof-2 takes part already: a new key needs a new name"

    network.start("mof-2")
    asyncio.run(network.ready("mof-2"))
    admit = amanat("authority", "admit", "mof-2", "--instead-of", "mof", *at)
    assert admit.code == 0, admit
    decide(network, admit.out)
    watched = amanat("node", "join", "--watch", "--config", settings, *at)
    assert watched.code == 0
    assert watched.out.splitlines()[-1].startswith("voting (")
    status = amanat("status", *at, "-o", "json").json
    assert {each["name"] for each in status} == {"cdc", "mof-2", "sbp"}
    removed = amanat("authority", "remove", "cdc", *at)
    assert [each["name"] for each in json.loads(removed.out)["members"]] == ["mof-2", "sbp"]


def test_requests_that_do_not_hold_are_refused(amanat: Amanat, network: Network) -> None:
    file, settings = network.root / "mof-2.join.json", network.settings("mof-2")
    at = ("--api", network.api("sbp"))
    request = ("node", "join-request", file, "--config", settings)
    assert amanat(*request).code == 0
    assert amanat(*request).failed(2) == f"{file} cannot be written: File exists"
    content = json.loads(file.read_text())
    file.write_text(json.dumps(content | {"api": "http://elsewhere:1"}))
    reason = amanat("authority", "learn", file, *at).failed(3)
    assert reason == f"{file} is not signed by the key that it names"
    reason = amanat("authority", "remove", "fbr", *at).failed(2)
    assert reason == "fbr has no vote"
