"""SIGHUP: what a running node takes over from its settings, and what it names as kept."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession

from amanat.config.settings import NodeSettings, load_settings
from amanat.node.reloading import Reloader, changes
from tests.node.processes import Network


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with Network(tmp_path, ["mof"], quorum=1) as made:
        made.start()
        asyncio.run(made.ready())
        yield made


def told(network: Network, *events: str) -> list[dict[str, Any]]:
    """Send SIGHUP, and return the lines about it once all of these events are among them."""

    async def seen() -> list[dict[str, Any]]:
        async with asyncio.timeout(20):
            while True:
                lines = [
                    each for each in network.log("mof") if each["event"].startswith("settings.")
                ]
                if {each["event"] for each in lines} >= set(events):
                    return lines
                await asyncio.sleep(0.02)

    network.processes["mof"].send_signal(signal.SIGHUP)
    return asyncio.run(seen())


def test_a_log_level_holds_from_then_on(network: Network) -> None:
    network.change("mof", "[peer]", 'log_level = "error"\n[peer]')
    lines = told(network, "settings.changed")
    assert lines[-1]["setting"] == "log_level"
    network.processes["mof"].terminate()
    network.processes["mof"].wait()
    assert network.log("mof")[-1]["event"] == "settings.changed"  # nothing of its stopping


def test_limits_of_callers_hold_from_then_on(network: Network) -> None:
    network.change("mof", "[api]", "[api]\nrequests_per_second = 1\nburst = 1")
    lines = told(network, "settings.reloaded")
    assert lines[-1]["changed"] == ["api.burst", "api.requests_per_second"]

    async def statuses() -> list[int]:
        async with ClientSession() as session:
            found = []
            for _ in range(5):
                async with session.get(network.api("mof") + "/v1/status") as answer:
                    found.append(answer.status)
            return found

    assert 429 in asyncio.run(statuses())


def test_what_cannot_be_taken_over_is_named(network: Network) -> None:
    network.change("mof", "[peer]", "keep_blocks = 500\n[peer]")
    (line,) = (each for each in told(network, "settings.kept") if each["event"] == "settings.kept")
    assert (line["setting"], line["reason"]) == ("keep_blocks", "needs a restart")


def test_a_mistake_changes_nothing_and_is_told(network: Network) -> None:
    network.change("mof", "[peer]", "keep_block = 500\n[peer]")
    (line,) = told(network, "settings.refused")
    assert "did you mean 'keep_blocks'?" in line["reason"]
    assert network.processes["mof"].poll() is None


def test_a_part_declares_that_it_takes_its_setting_over(network: Network) -> None:
    old = load_settings(network.settings("mof"))
    new = msgspec.structs.replace(old, keep_blocks=500, peers={"sbp": "sbp:7101"})
    taken: list[NodeSettings] = []
    reloader = Reloader(old, lambda: new)
    reloader.takes("keep_blocks", taken.append)
    assert changes(old, new) == ["keep_blocks", "peers.sbp"]
    reloader.reload()
    assert taken == [new]
    assert reloader.settings == msgspec.structs.replace(old, keep_blocks=500)
    assert changes(reloader.settings, new) == ["peers.sbp"]
