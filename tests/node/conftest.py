"""One network with a market for all tests of the API; each test may trade on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import ClientSession

from tests.node import description
from tests.node.network import LocalNetwork, network


@dataclass
class Answer:
    """What a node said."""

    status: int
    content_type: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


def standing(answer: Answer) -> dict[str, Any]:
    """Return what an answer says of a transaction, without the receipt of submission."""
    return {key: value for key, value in answer.json.items() if key != "submission_receipt"}


@dataclass
class Api:
    """Talks to the nodes without any client in between."""

    network: LocalNetwork
    session: ClientSession
    at: str = "mof"
    """The node that is talked to."""
    extra: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, at: str | None = None, **headers: str) -> Answer:
        return await self.request("GET", path, None, headers, at)

    async def post(
        self, body: Any, content_type: str = "application/msgpack", path: str = "/v1/transactions"
    ) -> Answer:
        return await self.request("POST", path, body, {"Content-Type": content_type})

    async def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        at: str | None = None,
    ) -> Answer:
        url = self.network.url(at or self.at) + path
        async with self.session.request(method, url, data=body, headers=headers) as answer:
            names = dict(answer.headers.items())
            content = await answer.read()
        description.check(method, path, answer.status, names, content)
        return Answer(answer.status, answer.content_type, names, content)

    def standing(self) -> set[tuple[int, bytes]]:
        """Return the heights and state roots that the nodes have reached."""
        return {
            (node.chain.final.height, node.chain.final.tree.root)
            for node in self.network.nodes.values()
        }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    root: Path = tmp_path_factory.mktemp("network")
    async with network(root) as running, ClientSession() as session:
        await running.open_market()
        yield Api(running, session)
