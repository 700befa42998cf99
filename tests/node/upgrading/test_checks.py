"""`amanat node upgrade-check` on real nodes: before, with one too few, and on foreign data."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import plyvel
import pytest

from amanat.config.genesis_file import load_genesis, to_json
from amanat.ledger.encoding import encode
from amanat.node.store import FORMAT
from amanat.node.stored_format import StoredFormat
from tests.node.processes import Network, free_ports


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """Three authorities of which two are a quorum; not started."""
    with Network(tmp_path, ["mof", "sbp", "cdc"], quorum=2) as made:
        yield made


def begin(network: Network) -> None:
    """Start all three: a network begins once all its authorities have heard of one another."""
    network.start()
    asyncio.run(network.ready())


def asked(network: Network) -> tuple[int, dict[str, tuple[str, str, str | None]], str]:
    """Return the exit code, the last row of each check, and what stands on standard error."""
    command = [sys.executable, "-m", "amanat.node", "node", "upgrade-check", "-o", "json"]
    done = subprocess.run(
        [*command, "--config", str(network.settings("mof"))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    rows = {
        row["check"]: (row["verdict"], row["finding"], row["next"])
        for row in json.loads(done.stdout)
    }
    return done.returncode, rows, done.stderr


def failed(network: Network, check: str) -> str:
    """Return what is found wrong; it must end with 3 and name it."""
    code, rows, said = asked(network)
    verdict, finding, next_ = rows[check]
    assert (code, verdict) == (3, "FAIL"), rows
    assert next_
    assert check in said
    assert said.count("\n") == 1
    return finding


def test_a_node_that_can_be_spared_may_be_upgraded(network: Network) -> None:
    begin(network)
    before = sorted((network.root / "data" / "mof").iterdir())
    code, rows, said = asked(network)
    assert (code, said) == (0, ""), rows
    assert rows["quorum without it"][:2] == ("OK", "cdc, sbp are one")
    assert rows["same genesis"][0] == rows["data format"][0] == rows["protocol"][0] == "OK"
    assert rows["program"][0] == "WARN"  # the same program runs
    assert sorted((network.root / "data" / "mof").iterdir()) == before


def test_a_node_without_which_there_is_no_quorum_is_not_spared(network: Network) -> None:
    begin(network)
    network.kill("cdc")
    finding = failed(network, "quorum without it")
    assert "without mof there is no sovereign quorum" in finding
    assert "cdc does not answer" in finding


def test_a_node_that_is_down_is_judged_by_what_its_peers_say(network: Network) -> None:
    begin(network)
    network.kill("mof")
    asyncio.run(network.ready("sbp", "cdc"))
    code, rows, _ = asked(network)
    assert code == 0, rows
    assert rows["quorum without it"][0] == rows["protocol"][0] == "OK"


def test_settings_that_the_new_program_does_not_know_are_named(network: Network) -> None:
    network.change("mof", "[peer]", 'log_levle = "info"\n[peer]')
    assert "did you mean 'log_level'?" in failed(network, "settings")


def test_another_genesis_document_is_named(network: Network) -> None:
    begin(network)
    network.kill("mof")
    asyncio.run(network.ready("sbp", "cdc"))
    document = load_genesis(network.root / "genesis.json")
    other = msgspec.structs.replace(document, network="another")
    (network.root / "genesis.json").write_text(to_json(other))
    assert "belongs to the chain" in failed(network, "data directory")


def test_data_of_a_later_format_is_named(network: Network) -> None:
    note_format(network, FORMAT + 1)
    finding = failed(network, "data format")
    assert f"it has format {FORMAT + 1}; this program reads formats" in finding


def test_data_that_would_be_migrated_needs_a_backup(network: Network) -> None:
    note_format(network, FORMAT - 1)
    assert "no backup is known" in failed(network, "way back")
    _, rows, _ = asked(network)
    assert f"brought to {FORMAT} at the first start" in rows["data format"][1]
    assert str(rows["way back"][2]).startswith("amanat backup create --config ")


def test_data_that_cannot_be_read_is_named(network: Network) -> None:
    (network.root / "data" / "mof" / "db" / "CURRENT").unlink()
    assert "it cannot be read" in failed(network, "data format")
    assert not list((network.root / "data" / "mof").glob(".upgrade-check-*"))


def test_without_any_node_to_ask_that_is_said(network: Network) -> None:
    network.change("mof", network.listens("sbp")["peer"], f"127.0.0.1:{free_ports(1)[0]}")
    code, rows, _ = asked(network)
    assert code == 0, rows
    assert rows["quorum without it"][0] == rows["protocol"][0] == "WARN"


def note_format(network: Network, format_: int) -> None:
    database = plyvel.DB(str(network.root / "data" / "mof" / "db"))
    chain = network.document.chain_id()
    database.put(b"i", encode(StoredFormat(format_, chain)), sync=True)
    database.close()
