"""`amanat export` and `amanat audit`, as an auditor has them before it on a real network."""

import asyncio
import json
from pathlib import Path

import pytest

from amanat.config.genesis_file import to_json
from amanat.ledger.operations import Transfer
from tests.ledger.world import RUPEE
from tests.node.cli.running import Amanat, Ended, in_this_process
from tests.node.network import network


@pytest.fixture
def amanat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Amanat:
    return in_this_process(tmp_path, monkeypatch, capsys)


async def test_a_node_an_archive_and_a_directory_give_one_report(
    tmp_path: Path, amanat: Amanat
) -> None:
    def run(*arguments: str) -> Ended:
        return amanat(*arguments, "--genesis", "genesis.json", "-o", "json")

    async with network(tmp_path / "nodes") as running:
        (tmp_path / "genesis.json").write_text(to_json(running.document))
        await running.open_market()
        await (await running.led()).hand_over(seconds=10)
        for _ in range(3):
            await running.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
        await running.level()
        url = running.url("sbp")
        in_use = await asyncio.to_thread(run, "audit", "nodes/sbp")
        of_node = (await asyncio.to_thread(run, "audit", url)).json
        exported = (await asyncio.to_thread(run, "export", url, "chain.amanat")).json
        again = await asyncio.to_thread(run, "export", url, "chain.amanat")
    assert "is in use by process" in in_use.failed(2)
    assert again.failed(2) == "chain.amanat exists: an archive is never overwritten"
    of_archive = run("audit", "chain.amanat", "--report", "audit.html").json
    of_directory = run("audit", "nodes/sbp").json
    assert exported["height"] == of_archive["last"]
    for each in (of_node, of_archive, of_directory):
        assert each.pop("verdict") == "in order"
        for name in ("source", "source_kind", "seconds"):
            del each[name]
    assert of_node == of_archive == of_directory
    print(json.dumps(of_node, indent=1))
    assert of_node["totals"][0]["balanced"]
