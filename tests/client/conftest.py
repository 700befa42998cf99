"""A network of three nodes for the faces of the client; each test may trade on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.node.network import LocalNetwork, network


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalNetwork]:
    root: Path = tmp_path_factory.mktemp("network")
    async with network(root) as running:
        await running.open_market()
        yield running
