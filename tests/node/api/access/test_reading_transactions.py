"""Transactions at a confidential node: each reader gets the part that concerns it."""

import pytest

from amanat.ledger.operations import Transfer, TransferBatch
from amanat.ledger.operations.transfer_batch import Line
from tests.ledger.world import RUPEE
from tests.node.api.access.confidential import Confidential

pytestmark = pytest.mark.asyncio(loop_scope="package")

BATCH = TransferBatch("alpha", RUPEE, (Line("beta", 2), Line("gamma", 3)))


async def test_the_party_to_one_line_of_a_batch_reads_that_line(node: Confidential) -> None:
    done = await node.network.do("alpha", BATCH)
    path = f"/v1/transactions/{done.id.hex()}"
    whole = (await node.ask("alpha", path)).json
    assert [event["fields"]["target"] for event in whole["events"]] == ["beta", "gamma"]
    assert "in_part" not in whole
    assert (await node.ask("secp", path)).json == whole
    part = (await node.ask("gamma", path)).json
    assert [event["fields"]["target"] for event in part["events"]] == ["gamma"]
    assert part["in_part"]
    assert (await node.ask("delta", path)).status == 403


async def test_a_receipt_is_for_who_may_read_all_that_it_says(node: Confidential) -> None:
    batch = await node.network.do("alpha", BATCH)
    single = await node.network.do("alpha", Transfer("alpha", "gamma", RUPEE, 1))

    async def asked(reader: str, transaction: bytes) -> int:
        path = f"/v1/transactions/{transaction.hex()}/receipt"
        return (await node.ask(reader, path)).status

    for reader in ("alpha", "secp"):
        assert await asked(reader, batch.id) == 200, reader
    assert await asked("gamma", batch.id) == 403
    assert await asked("gamma", single.id) == 200, "both sides read all of a plain transfer"


async def test_what_the_payer_holds_is_not_told_to_whom_it_could_not_pay(
    node: Confidential,
) -> None:
    refused = await node.network.do("alpha", Transfer("alpha", "gamma", RUPEE, 10**15))
    path = f"/v1/transactions/{refused.id.hex()}"
    told = (await node.ask("alpha", path)).json
    assert told["rejection"]["code"] == "insufficient_holding"
    assert "have" in told["rejection"]["figures"]
    part = (await node.ask("gamma", path)).json
    assert part["rejection"] == told["rejection"] | {"figures": {}}
    assert part["in_part"]
    assert (await node.ask("gamma", f"{path}/receipt")).status == 403
