"""A node as a process: what it refuses to start on, and how it ends when it is told to."""

import asyncio
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest

from amanat.config.genesis_file import load_genesis, to_json
from amanat.node.client import Client
from amanat.node.data_directory import open_directory
from tests.node.processes import Network, command

STOP_SECONDS: Final = 2.0
"""How long a node may take to end: a requirement, so that restarts stay short."""


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """A network of one authority, which is its own quorum; not started."""
    with Network(tmp_path, ["mof"], quorum=1) as made:
        yield made


@pytest.fixture
async def running(network: Network) -> Network:
    network.start()
    await network.ready()
    return network


# Refusing to start.


def refused(network: Network) -> str:
    """Start the node; return the one line that says why it does not run."""
    ended = subprocess.run(
        command(network.settings("mof")), capture_output=True, text=True, timeout=20, check=False
    )
    *logged, reason = ended.stderr.splitlines()
    for line in logged:
        json.loads(line)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert reason.startswith("amanat: ")
    return reason.removeprefix("amanat: ")


@pytest.mark.parametrize("listener", ["api", "peer"])
def test_a_port_in_use_is_named_with_what_finds_its_user(network: Network, listener: str) -> None:
    host, port = network.listens("mof")[listener].split(":")
    with socket.create_server((host, int(port))):
        reason = refused(network)
    assert f"{host}:{port} is in use" in reason
    assert f"sport = :{port}" in reason


def test_a_directory_of_another_chain_is_refused(network: Network) -> None:
    document = load_genesis(network.root / "genesis.json")
    other = msgspec.structs.replace(document, network="another")
    (network.root / "genesis.json").write_text(to_json(other))
    reason = refused(network)
    assert f"belongs to the chain {document.chain_id().hex()[:16]}" in reason
    assert other.chain_id().hex()[:16] in reason


def test_a_missing_key_is_named(network: Network) -> None:
    (network.root / "mof.key").unlink()
    assert "mof.key is missing: run `amanat key new" in refused(network)


def test_a_key_that_others_can_read_is_refused(network: Network) -> None:
    (network.root / "mof.key").chmod(0o644)
    assert "mof.key can be read by others (mode 0644): run chmod 600" in refused(network)


def test_a_wrong_passphrase_is_refused(network: Network) -> None:
    (network.root / "passphrase").write_text("another")
    assert "mof.key: the passphrase does not open it" in refused(network)


def test_a_missing_data_directory_is_not_made(network: Network) -> None:
    data = network.root / "data" / "mof"
    data.rename(network.root / "elsewhere")
    assert f"{data} does not exist: run `amanat init` first" in refused(network)
    assert not data.exists()


def test_a_missing_database_is_not_made(network: Network) -> None:
    database = network.root / "data" / "mof" / "db"
    database.rename(network.root / "elsewhere")
    assert f"{database} holds no database" in refused(network)
    assert not database.exists()


def test_a_second_process_may_not_use_the_directory(network: Network) -> None:
    first = open_directory(network.root / "data" / "mof", network.document)
    try:
        assert "data/mof is in use by another process" in refused(network)
    finally:
        first.close()


def test_an_unknown_setting_is_refused_with_the_likely_one(network: Network) -> None:
    network.change("mof", "passphrase_file", "passphrase_flie")
    assert "unknown setting 'passphrase_flie'; did you mean 'passphrase_file'?" in refused(network)


# Ending.


def stop(network: Network, number: signal.Signals = signal.SIGTERM) -> float:
    """Tell the node to stop; return how many seconds it took. It must end with 0."""
    process = network.processes["mof"]
    told = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    return time.monotonic() - told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_node_that_is_told_to_stop_does_so_and_says_it_last(
    running: Network, number: signal.Signals
) -> None:
    assert stop(running, number) < STOP_SECONDS
    events = [line["event"] for line in running.log("mof")]
    assert events[-1] == "node.stopped"
    assert events.count("node.stopped") == 1


async def test_it_does_not_wait_for_clients_that_wait(running: Network) -> None:
    host, port = running.listens("mof")["api"].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    # The node answers the expectation as it begins to serve the request: then it is waiting.
    writer.write(
        f"GET /v1/transactions/{'00' * 32}?wait=30 HTTP/1.1\r\n"
        f"Host: {host}\r\nExpect: 100-continue\r\n\r\n".encode()
    )
    async with asyncio.timeout(20):
        assert b"100 Continue" in await reader.readuntil(b"\r\n\r\n")
    assert stop(running) < STOP_SECONDS
    assert running.log("mof")[-1]["event"] == "node.stopped"
    writer.close()


async def test_every_line_logged_about_strangers_is_json_too(running: Network) -> None:
    strange = [
        b"\x00" * 64,
        b"\x16\x03\x01\x02\x00\x01 no handshake",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ]
    for address in running.listens("mof").values():
        host, port = address.split(":")
        for sent in strange:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(sent)
            writer.write_eof()
            async with asyncio.timeout(20):
                await reader.read()
            writer.close()
    async with Client(running.apis()) as client:
        assert (await client.get("/livez"))["status"] == "live"
    stop(running)
    for line in running.log("mof"):
        assert line.keys() >= {"event", "level", "timestamp", "node", "network"}
        assert line["node"] == "mof"


def test_with_json_a_node_says_where_it_serves_once_it_does(network: Network) -> None:
    with subprocess.Popen(
        [*command(network.settings("mof")), "-o", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line == "}\n":
                break
        process.terminate()
    document = load_genesis(network.root / "genesis.json")
    listens = network.listens("mof")
    assert json.loads(said) == {
        "name": "mof",
        "api": f"http://{listens['api']}",
        "peer": listens["peer"],
        "chain": document.chain_id().hex(),
    }
