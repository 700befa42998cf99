"""Peers' certificates renewed in a network that runs: no vote, no restart, no link that breaks."""

from datetime import UTC, datetime
from pathlib import Path

from amanat.ledger.operations import Transfer
from tests.ledger.world import RUPEE
from tests.node.network import LocalNetwork, eventually, network


def all_are_linked(running: LocalNetwork) -> bool:
    return all(
        peer.connected for node in running.nodes.values() for peer in node.transport.status()
    )


async def test_all_renew_while_they_run_and_who_comes_anew_is_let_in(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        leader, term = running.nodes["mof"].status.leader, running.nodes["mof"].status.term
        for node in running.nodes.values():
            before = node.certificate.issued_at
            node.certificate.renew(datetime.now(UTC))
            assert node.certificate.issued_at > before
        await running.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
        await running.level()
        assert all_are_linked(running)
        now = running.nodes["mof"].status
        assert (now.leader, now.term) == (leader, term)
        # Only whoever connects anew sees the new ones.
        await running.stop("cdc")
        await running.start("cdc")
        await eventually(lambda: all_are_linked(running))
        await running.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
        await running.level()
