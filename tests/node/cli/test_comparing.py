"""`amanat ledger record` and `amanat audit --signatures`: who forked the chain; nobody did."""

import asyncio
from pathlib import Path

import pytest

from amanat.config.genesis_file import to_json
from amanat.ledger.operations import Transfer
from amanat.node.cli import auditing, comparing
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format
from tests.ledger.world import RUPEE
from tests.node.network import LocalNetwork, network


async def saved(running: LocalNetwork, name: str, file: Path) -> None:
    await asyncio.to_thread(comparing.save, running.url(name), file, Format.JSON)


async def audited(one: str | Path, two: str | Path, genesis: Path) -> None:
    sources = (str(one), str(two))
    await asyncio.to_thread(auditing.compare_signatures, sources, genesis, Format.JSON)


async def test_the_nodes_of_an_honest_network_show_one_chain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with network(tmp_path / "nodes") as running:
        genesis = tmp_path / "genesis.json"
        genesis.write_text(to_json(running.document))
        await running.open_market()
        await saved(running, "mof", tmp_path / "early")
        await (await running.led()).hand_over(seconds=10)
        for _ in range(3):
            await running.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
        await running.level()
        capsys.readouterr()
        for one, two in (
            (tmp_path / "early", running.url("sbp")),
            (running.url("cdc"), running.url("sbp")),
        ):
            await audited(one, two, genesis)
            assert '"forked_at": null' in capsys.readouterr().out
        with pytest.raises(Failure, match="cannot be written: File exists"):
            await saved(running, "mof", tmp_path / "early")


async def test_authorities_that_run_two_chains_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same authorities, with the same keys, agree on two chains behind everybody's back."""
    genesis = tmp_path / "genesis.json"
    for side in ("one", "two"):
        async with network(tmp_path / side) as running:
            genesis.write_text(to_json(running.document))
            await running.open_market()
            await running.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
            await running.level()
            await saved(running, "mof", tmp_path / f"{side}.record")
    capsys.readouterr()
    with pytest.raises(Failure, match="FORKED at height 1: proof against") as forked:
        await audited(tmp_path / "one.record", tmp_path / "two.record", genesis)
    assert forked.value.code is ExitCode.NOT_VALID
    assert '"evidence": [' in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x90", b"\x91\xc4\x01x"])
async def test_what_is_no_record_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    async with network(tmp_path / "nodes") as running:
        genesis = tmp_path / "genesis.json"
        genesis.write_text(to_json(running.document))
        (tmp_path / "record").write_bytes(content)
        with pytest.raises(Failure, match="record") as refused:
            await audited(tmp_path / "record", running.url("sbp"), genesis)
    assert refused.value.code is ExitCode.NOT_VALID
    assert "\n" not in str(refused.value)


async def test_a_record_of_another_network_or_one_that_was_changed_is_refused(
    tmp_path: Path,
) -> None:
    async with network(tmp_path / "nodes") as running:
        genesis = tmp_path / "genesis.json"
        await running.open_market()
        await running.level()
        genesis.write_text(to_json(running.document).replace("test-network", "other-network"))
        await saved(running, "mof", tmp_path / "record")
        with pytest.raises(Failure, match="is of another chain"):
            await audited(tmp_path / "record", tmp_path / "record", genesis)
        genesis.write_text(to_json(running.document))
        content = (tmp_path / "record").read_bytes()
        for place in range(8, len(content), max(len(content) // 25, 1)):
            spoiled = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            (tmp_path / "spoiled").write_bytes(spoiled)
            with pytest.raises(Failure, match="spoiled") as refused:
                await audited(tmp_path / "spoiled", tmp_path / "record", genesis)
            assert refused.value.code is ExitCode.NOT_VALID
