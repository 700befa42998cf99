"""A node whose program governance does not list says so everywhere, and goes on."""

from pathlib import Path

import structlog

from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import ExecuteProposal, Propose, RequireProgram, Transfer
from amanat.ledger.receipts import Applied
from amanat.node.allowed_program import AllowedProgram
from amanat.node.monitoring.readiness import readiness
from amanat.node.monitoring.state_of_node import StateOfNode
from amanat.node.program import program_digest
from tests.ledger.world import NOTICE, RUPEE
from tests.node.network import LocalNetwork, network

OTHER = bytes(32)


async def require(running: LocalNetwork, *programs: bytes) -> None:
    """Let governance decide which programs may run."""
    expires = running.now() + 30 * DAY_MS
    made = await running.do("mof, sbp", Propose((RequireProgram(programs),), expires))
    assert made.receipt is not None
    assert isinstance(made.receipt.outcome, Applied)
    proposal = bytes.fromhex(str(made.receipt.outcome.events[0].fields["proposal"]))
    running.later_ms += NOTICE["require-program"] + DAY_MS
    running.writer.valid_until = running.now() + DAY_MS
    await running.do("sbp", ExecuteProposal(proposal))


def gauge(running: LocalNetwork) -> float:
    (found,) = (
        sample.value
        for metric in StateOfNode(running.nodes["mof"]).collect()
        for sample in metric.samples
        if sample.name == "amanat_program_allowed"
    )
    return found


async def test_it_is_told_in_status_readiness_metrics_and_log(tmp_path: Path) -> None:
    async with network(tmp_path, "mof") as running:
        await running.open_market()
        told = AllowedProgram(running.nodes["mof"])
        with structlog.testing.capture_logs() as lines:
            told.look()
        assert lines == []
        assert gauge(running) == 1

        await require(running, OTHER)
        status = await running.get("mof", "/v1/status")
        assert status["programs"] == [OTHER.hex()]
        view = readiness(running.nodes["mof"])
        assert (view.status, view.checks["program"].ok) == ("not_ready", False)
        assert f"{program_digest().hex()} is not among those" in view.checks["program"].detail
        assert gauge(running) == 0
        with structlog.testing.capture_logs() as lines:
            told.look()
            told.look()
        assert [(line["event"], line["log_level"]) for line in lines] == [
            ("program.not-allowed", "critical")
        ]

        # Nobody can check a digest: what holds a key goes on deciding.
        paid = await running.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
        assert paid.receipt is not None
        assert isinstance(paid.receipt.outcome, Applied)

        await require(running, *sorted((OTHER, program_digest())))
        assert readiness(running.nodes["mof"]).status == "ready"
        with structlog.testing.capture_logs() as lines:
            told.look()
        assert [line["event"] for line in lines] == ["program.allowed"]
