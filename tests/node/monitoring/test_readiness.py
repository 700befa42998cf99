"""Why a node is not ready, one reason after the other."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from amanat.node.monitoring.readiness import FREE_BYTES_MIN, has_diverged, readiness
from tests.node.network import network


class Usage(NamedTuple):
    total: int
    used: int
    free: int


async def test_a_node_that_works_is_ready_in_every_respect(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        view = readiness(running.nodes["mof"])
    assert view.status == "ready"
    assert list(view.checks) == ["leader", "sync", "peers", "vote", "agreement", "program", "disk"]


async def test_one_that_refused_what_others_made_final_is_not_ready(tmp_path: Path) -> None:
    """Until it takes a block at that height after all, from whoever leads then."""
    async with network(tmp_path) as running:
        await running.open_market()
        node = running.nodes["mof"]
        height = node.status.last.height
        node.application.refused_height = height + 1
        assert not has_diverged(node)  # nobody made it final: its leader lied, to everybody
        node.seen_height = height + 1
        view = readiness(node)
        assert view.status == "not_ready"
        assert not view.checks["agreement"].ok
        assert view.checks["agreement"].detail.startswith(f"block {height + 1} is final elsewhere")
        node.application.refused_height = height
        assert not has_diverged(node)


@pytest.mark.parametrize(("free", "ok"), [(FREE_BYTES_MIN, True), (FREE_BYTES_MIN - 1, False)])
async def test_a_disk_that_is_nearly_full_is_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, ok: bool
) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        usage = Usage(2 * FREE_BYTES_MIN, 0, free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        view = readiness(running.nodes["mof"])
    assert view.checks["disk"].ok is ok
    assert (view.status == "ready") is ok
