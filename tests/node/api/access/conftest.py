"""One confidential node for all tests of who may read."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.node.api.access.confidential import Confidential, confidential


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Confidential]:
    async with confidential(tmp_path_factory.mktemp("confidential")) as made:
        yield made
