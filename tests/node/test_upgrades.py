"""A node whose program does not know the version to come says so, and stops before its block."""

from pathlib import Path

import pytest

from amanat.ledger import versions
from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import (
    ActivateVersion,
    ExecuteProposal,
    Propose,
    Transfer,
    activate_version,
)
from amanat.ledger.receipts import Applied
from amanat.ledger.versions import UnknownVersion
from amanat.node.recovery import RecoveryFailed
from tests.ledger.world import NOTICE, RUPEE
from tests.node.network import LocalNetwork, eventually, network


async def schedule(running: LocalNetwork, *, blocks: int) -> int:
    """Decide that version 2 holds `blocks` after the decision; return the height."""
    height = running.nodes["mof"].chain.final.height + 2 + blocks
    expires = running.now() + 30 * DAY_MS
    made = await running.do("mof, sbp", Propose((ActivateVersion(2, height),), expires))
    assert made.receipt is not None
    assert isinstance(made.receipt.outcome, Applied)
    proposal = bytes.fromhex(str(made.receipt.outcome.events[0].fields["proposal"]))
    running.later_ms += NOTICE["activate-version"] + DAY_MS
    running.writer.valid_until = running.now() + DAY_MS
    done = await running.do("sbp", ExecuteProposal(proposal))
    assert done.height == height - blocks
    return height


async def test_it_stops_and_goes_on_with_a_program_that_knows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activate_version, "LEAD_BLOCKS", 2)
    async with network(tmp_path, "mof") as running:
        await running.open_market()
        height = await schedule(running, blocks=2)
        pay = Transfer("alpha", "beta", RUPEE, 1)
        status = await running.get("mof", "/v1/status")
        assert (status["protocol"], status["upgrade"]) == (
            1,
            {"version": 2, "height": height, "known": False},
        )
        last = await running.do("alpha", pay)
        assert last.height == height - 1
        running.nodes["mof"].submissions.submit(running.writer.sign(["alpha"], pay))
        await eventually(running.running["mof"].done)
        with pytest.raises(ExceptionGroup) as ended:
            await running.stop("mof")
        assert ended.group_contains(UnknownVersion, match="runs protocol version 2; this program")
        with pytest.raises(RecoveryFailed, match=f"from block {height} on"):
            await running.start("mof")
        monkeypatch.setattr(versions, "SUPPORTED", (1, 2))
        await running.start("mof")
        await running.led()
        await running.do("alpha", pay)
        status = await running.get("mof", "/v1/status")
        assert (status["protocol"], status["upgrade"]) == (2, None)
