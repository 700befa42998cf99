"""Every node's program is replaced under load, once around: no write of a client fails."""

from pathlib import Path

from tests.node.rolling_upgrade import NAMES, upgrade


async def test_a_rolling_upgrade_costs_no_write_of_a_client(tmp_path: Path) -> None:
    told: list[str] = []
    load = await upgrade(tmp_path, 1, told.append)
    assert load.failed == []
    assert len(told) == len(NAMES) + 1
