"""`amanat backup`, as an operator uses it: on a network that runs, and after a machine is lost."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from amanat.config.genesis_file import to_json
from amanat.ledger.operations import ActivateInstrument
from amanat.node.cli import backups
from amanat.node.client import Client
from tests.ledger.world import RUPEE, account, genesis, rupee
from tests.node.cli.running import Amanat
from tests.node.processes import Network

LOST: Final = "cdc"


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    """Three authorities, of which two are a quorum."""
    (tmp_path / "network").mkdir()
    with Network(tmp_path / "network", [LOST, "mof", "sbp"], quorum=2) as made:
        made.start()
        await made.ready()
        yield made


async def commit(network: Network, client: Client, *operations: Any) -> int:
    """Have operations of sbp committed, and return the height."""
    outcome = await client.submit(network.writer.sign(["sbp"], *operations), wait=20)
    assert outcome["state"] == "committed", outcome
    return int(outcome["height"])


async def test_a_lost_machine_is_restored_from_a_backup_that_was_made_while_it_ran(
    network: Network, amanat: Amanat, tmp_path: Path
) -> None:
    folder, document = tmp_path / "backups", network.root / "genesis.json"
    settings = network.settings(LOST)

    async def run(*arguments: str | Path) -> Any:
        return (await asyncio.to_thread(amanat, *arguments, "-o", "json")).json

    async with Client([network.api("mof")]) as client:
        await commit(network, client, rupee())
        made = await run("backup", "create", "--config", settings, folder)
        assert await run("backup", "list", folder) == [
            {name: value for name, value in made.items() if name != "copied_bytes"}
        ]
        assert (await run("backup", "verify", folder, "--genesis", document))["valid"] is True
        await commit(network, client, ActivateInstrument(RUPEE))

        network.kill(LOST)
        shutil.rmtree(network.root / "data" / LOST)
        restored = await asyncio.to_thread(
            amanat, "backup", "restore", folder, "--config", settings
        )
        assert restored.code == 0
        assert "will follow and answer, and sign nothing" in restored.err
        network.start(LOST)
        await network.ready(LOST)
        height = await commit(network, client, account("sbp-house", "sbp", "sbp"))
        await _applies(network.api(LOST), height)
        block = await client.get(f"/v1/blocks/{height}")
        assert sorted(block["signers"]) == ["mof", "sbp"]


async def _applies(url: str, height: int) -> None:
    async with Client([url]) as client, asyncio.timeout(30):
        while True:
            if (await client.get("/v1/status"))["height"] >= height:
                return
            await asyncio.sleep(0.02)  # no event tells from outside


def test_progress_tells_bytes_rate_and_time_left() -> None:
    assert backups.told(5 * 2**20, 20 * 2**20, 2.0) == "5.0 of 20.0 MiB, 2.5 MiB/s, 6 s left"
    assert backups.told(0, 2**20, 0.0) == "0.0 of 1.0 MiB, 0.0 MiB/s, unknown time left"


def test_what_is_no_backup_is_told_in_one_line(amanat: Amanat, tmp_path: Path) -> None:
    file, empty, none = tmp_path / "genesis.json", tmp_path / "empty", tmp_path / "none"
    file.write_text(to_json(genesis()))
    empty.mkdir()
    told = amanat("backup", "verify", empty, "--genesis", file).failed(2)
    assert "holds no backup: make one" in told
    assert "cannot be read" in amanat("backup", "list", none).failed(2)
    assert "cannot be read" in amanat("backup", "prune", none, "--keep", "1").failed(2)
    assert not none.exists()
