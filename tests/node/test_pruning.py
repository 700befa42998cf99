"""Nodes that keep their last blocks alone: one that was away is given a snapshot, and serves again.

Real processes; the node that takes the snapshot in starts anew from it by itself.
"""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amanat.ledger.encoding import encode
from amanat.ledger.operations import ActivateInstrument, Issue, Transfer
from amanat.node.client import Client, Refusal
from amanat.verifier import verify
from amanat.verifier.contents import Balance
from tests.ledger.world import RUPEE, account, holder, rupee
from tests.node.processes import Network

NAMES = ("cdc", "mof", "sbp")
KEPT = 100
BLOCKS = 130
"""Enough for the log to be cut off behind: that is done an eighth of what is kept at a time."""
ISSUED = 1_000_000
BOTH = ("alpha", "beta")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """A network of three, each of which keeps few blocks."""
    with Network(tmp_path, NAMES, quorum=2) as made:
        for name in NAMES:
            made.change(name, "[peer]", f"keep_blocks = {KEPT}\n[peer]")
        made.start()
        yield made


def set_up(network: Network) -> list[bytes]:
    """Return what brings about two clients, of whom one has rupees."""
    sign = network.writer.sign
    return [
        sign(["sbp"], rupee(), ActivateInstrument(RUPEE)),
        *(sign(["custodian-a"], holder(name), account(name, name, "custodian-a")) for name in BOTH),
        sign(["sbp"], Issue(RUPEE, "alpha", ISSUED)),
    ]


async def submitted(client: Client, envelope: bytes) -> dict[str, Any]:
    outcome = await client.submit(envelope, wait=20)
    assert outcome["state"] == "committed", outcome
    return outcome


async def test_a_node_that_was_away_for_too_long_catches_up_by_a_snapshot(network: Network) -> None:
    await network.ready()
    async with Client(network.apis(["mof", "sbp"])) as client:
        first = [await submitted(client, envelope) for envelope in set_up(network)]
        network.kill("cdc")
        for _ in range(BLOCKS):
            await submitted(
                client, network.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
            )
        height = (await client.get("/v1/status"))["height"]
    network.start("cdc")
    await network.ready("cdc")
    async with Client([network.api("cdc")]) as client:
        path = f"/v1/accounts/beta/holdings/{RUPEE}?proof=true&min_height={height}"
        held = await client.get(path)
        assert held["amount"] == str(BLOCKS)
        proof = base64.b64decode(held["proof"])
        found = verify(encode(network.document), proof)
        assert found.proved == Balance("beta", RUPEE, BLOCKS)
        status = await client.get("/v1/status")
        assert status["first_height"] > first[-1]["height"]
        assert status["snapshot"] is None
        told = {line["event"] for line in network.log("cdc")}
        assert "snapshot.whole" in told

        # Of what lies before, it says what it knows and no more.
        with pytest.raises(Refusal) as refused:
            await client.get(f"/v1/blocks/{first[-1]['height']}")
        assert refused.value.problem["code"] == "pruned"
        known = await client.get(f"/v1/transactions/{first[-1]['id']}")
        assert (known["state"], known["final"]) == ("executed", True)

        # And it takes part again.
        again = network.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
        await submitted(client, again)
    network.kill("mof")
    async with Client(network.apis(["cdc", "sbp"])) as client:
        last = network.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
        await submitted(client, last)


async def test_a_node_that_has_its_blocks_still_is_given_the_rest_of_them(network: Network) -> None:
    await network.ready()
    async with Client(network.apis(["mof", "sbp"])) as client:
        for envelope in set_up(network):
            await submitted(client, envelope)
        network.kill("cdc")
        for _ in range(5):
            await submitted(
                client, network.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
            )
        height = (await client.get("/v1/status"))["height"]
    network.start("cdc")
    await network.ready("cdc")
    async with Client([network.api("cdc")]) as client:
        held = await client.get(f"/v1/accounts/beta/holdings/{RUPEE}?min_height={height}")
        assert held["amount"] == "5"
        assert (await client.get("/v1/status"))["first_height"] == 1
    assert "snapshot.whole" not in {line["event"] for line in network.log("cdc")}
