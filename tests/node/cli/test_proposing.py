"""`amanat proposals`."""

from pathlib import Path

from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import Issue, Propose, WithdrawProposal
from amanat.node import clock
from tests.ledger.world import RUPEE
from tests.node.cli.market import PAYER, Market
from tests.node.cli.running import Amanat


def test_proposals_are_shown_until_they_are_closed(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    assert amanat("proposals", "--api", market.api).out == "none\n"
    file = tmp_path / "proposal.tx"
    act = Propose((Issue(RUPEE, PAYER, 100),), clock.now() + DAY_MS)
    file.write_bytes(market.writer.sign(["custodian-a"], act))
    done = amanat("submit", file, "--api", market.api, "-o", "json").json
    proposal = done["events"][0]["fields"]["proposal"]
    for shown in (
        amanat("proposals", "--api", market.api),
        amanat("proposals", proposal, "--api", market.api),
    ):
        lines = dict(line.split(maxsplit=1) for line in shown.out.splitlines())
        assert (lines["id"], lines["proposer"]) == (proposal, "custodian-a")
        assert lines["would"] == "issue PKR 1.00 into payer"
        assert (lines["status"], lines["approved_by"]) == ("open", "-")
        assert "missing_signature (participant sbp)" in lines["lacks"]
        assert lines["expires"].endswith("Z")
    (listed,) = amanat("proposals", "--api", market.api, "-o", "json").json
    assert listed["id"] == proposal
    file.write_bytes(market.writer.sign(["sbp"], WithdrawProposal(bytes.fromhex(proposal))))
    assert amanat("submit", file, "--api", market.api).code == 0
    assert amanat("proposals", "--api", market.api, "-o", "json").json == []


def test_an_unknown_proposal_is_refused(amanat: Amanat, market: Market) -> None:
    assert amanat("proposals", "ab" * 32, "--api", market.api).failed(5).startswith("not_found: ")
