"""`amanat node drain`: the node leads no more, and the command says who does."""

import asyncio
import json
from pathlib import Path

import pytest

from amanat.node.cli import draining
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format
from amanat.node.client import Client
from tests.node.processes import Network


async def test_a_leader_that_is_drained_is_followed_by_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Network(tmp_path, ["cdc", "mof", "sbp"], quorum=2) as network:
        network.start()
        await network.ready()
        async with Client(network.apis()) as client:
            leader = (await client.get("/v1/status"))["leader"]
        await asyncio.to_thread(draining.drain, network.settings(leader), Format.JSON)
        told = json.loads(capsys.readouterr().out)
        assert (told["name"], told["draining"]) == (leader, True)
        async with Client([network.api(leader)]) as client:
            status = await client.get("/v1/status")
        assert (status["draining"], status["role"]) == (True, "follower")


def test_a_node_that_does_not_run_cannot_be_drained(tmp_path: Path) -> None:
    with (
        Network(tmp_path, ["mof"], quorum=1) as network,
        pytest.raises(Failure, match="no node runs in ") as failed,
    ):
        draining.drain(network.settings("mof"), Format.TABLE)
    assert failed.value.code is ExitCode.USAGE
