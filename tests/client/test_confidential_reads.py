"""The client reads as the participant whose key signs its requests, and submits as nobody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from amanat.client.errors import OutcomeUnknown, Refused
from amanat.client.face import Face
from amanat.ledger.operations import Transfer
from tests.client.faces import FACES, speaker
from tests.ledger.world import RUPEE
from tests.node.api.access.confidential import Confidential, confidential

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Confidential]:
    async with confidential(tmp_path_factory.mktemp("confidential")) as made:
        yield made


async def test_it_is_shown_what_its_key_may_read(node: Confidential, face: type[Face]) -> None:
    async with speaker(face, node.network, reader=node.signer("beta")) as client:
        assert (await client("balance", "beta", RUPEE)).amount == 1_000_000_000
        assert await client("instructions", "beta") == []
        with pytest.raises(Refused, match="not_permitted"):
            await client("balance", "gamma", RUPEE)
        token = await client("token", "/v1/accounts/beta", 60)
        assert token["participant"] == "beta"
    async with speaker(face, node.network) as client:
        with pytest.raises(Refused, match="authentication_required"):
            await client("balance", "beta", RUPEE)


async def test_who_signs_an_order_reads_its_receipt(
    node: Confidential, face: type[Face], tmp_path: Path
) -> None:
    pay = Transfer("gamma", "beta", RUPEE, 1)
    envelope = node.network.writer.sign(["gamma"], pay)
    async with speaker(face, node.network, journal=tmp_path) as client:
        with pytest.raises(OutcomeUnknown, match="authentication_required"):
            await client("submit_and_wait", envelope)
    reader = node.signer("gamma")
    async with speaker(face, node.network, journal=tmp_path, reader=reader) as client:
        (receipt,) = await client("resume")
        assert receipt.is_applied
        assert (await client("simulate", envelope))["door"][0]["code"] == "already_executed"
