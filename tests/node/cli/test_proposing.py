"""`amanat proposal list`, `propose`, `approve`, `execute` and `withdraw`."""

from pathlib import Path
from typing import Any

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import Issue, Propose, WithdrawProposal
from amanat.node import clock
from amanat.node.client import Client
from tests.ledger.world import RUPEE, public_key
from tests.node.cli.market import PAYER, Market
from tests.node.cli.office import Office, events
from tests.node.cli.running import Amanat


def test_proposals_are_shown_until_they_are_closed(
    amanat: Amanat, market: Market, tmp_path: Path
) -> None:
    assert amanat("proposal", "list", "--api", market.api).out == "none\n"
    file = tmp_path / "proposal.tx"
    act = Propose((Issue(RUPEE, PAYER, 100),), clock.now() + DAY_MS)
    file.write_bytes(market.writer.sign(["custodian-a"], act))
    done = amanat("transaction", "submit", file, "--api", market.api, "-o", "json").json
    proposal = done["events"][0]["fields"]["proposal"]
    for shown in (
        amanat("proposal", "list", "--api", market.api),
        amanat("proposal", "show", proposal, "--api", market.api),
    ):
        lines = dict(line.split(maxsplit=1) for line in shown.out.splitlines())
        assert (lines["id"], lines["proposer"]) == (proposal, "custodian-a")
        assert lines["would"] == "issue PKR 1.00 into payer"
        assert (lines["status"], lines["approved_by"]) == ("open", "-")
        assert "missing_signature (participant sbp)" in lines["lacks"]
        assert lines["expires"].endswith("Z")
    (listed,) = amanat("proposal", "list", "--api", market.api, "-o", "json").json
    assert listed["id"] == proposal
    file.write_bytes(market.writer.sign(["sbp"], WithdrawProposal(bytes.fromhex(proposal))))
    assert amanat("transaction", "submit", file, "--api", market.api).code == 0
    assert amanat("proposal", "list", "--api", market.api, "-o", "json").json == []


def test_an_unknown_proposal_is_refused(amanat: Amanat, market: Market) -> None:
    assert (
        amanat("proposal", "show", "ab" * 32, "--api", market.api)
        .failed(5)
        .startswith("not_found: ")
    )


RESUME = {"operation": "set-standing", "participant": "custodian-b", "standing": "active"}


def proposed(office: Office, operations: object, by: str = "treasury", **options: str) -> str:
    chosen = [each for name, value in options.items() for each in (f"--{name}", value)]
    ended = office.run("proposal", "create", office.file(operations), "-o", "json", *chosen, by=by)
    assert ended.code == 0, ended.err
    return str(events(ended)["proposed"]["proposal"])


def test_who_approves_sees_what_it_would_do_and_its_digest_first(office: Office) -> None:
    ended = office.run("proposal", "create", office.file(RESUME), by="treasury")
    digest = ended.out.splitlines()[0].removeprefix("digest of what is proposed: ")
    (waiting,) = office.run("proposal", "list", "-o", "json").json
    assert (waiting["digest"], waiting["written"]) == (digest, [RESUME])
    ended = office.run("proposal", "approve", waiting["id"], "--yes", by="bank")
    assert ended.code == 0
    lines = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert lines["digest"] == digest
    assert lines["would"].startswith("let custodian-b act again")
    assert "proposal-executed" in ended.out
    assert office.run("proposal", "list").out == "none\n"


def test_nothing_is_approved_without_a_yes(office: Office) -> None:
    proposal = proposed(office, RESUME)
    reason = office.run("proposal", "approve", proposal, by="bank").failed(2)
    assert reason.endswith("There is no terminal to answer on: say --yes")
    assert office.run("proposal", "withdraw", proposal, "--yes", by="treasury").code == 0


def test_nothing_is_approved_but_what_was_agreed_on(office: Office) -> None:
    proposal = proposed(office, RESUME)
    other = office.file(RESUME | {"participant": "custodian-a"}, "other.json")
    ended = office.run("proposal", "approve", proposal, "--operations", other, "--yes", by="bank")
    assert ended.failed(3).endswith("other.json says")
    same = office.file([RESUME], "same.json")
    assert (
        office.run("proposal", "approve", proposal, "--operations", same, "--yes", by="bank").code
        == 0
    )


def test_a_node_whose_digest_is_of_something_else_is_not_believed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = proposed(office, RESUME)
    get = Client.get

    async def false(self: Client, path: str) -> Any:
        found = await get(self, path)
        return found | {"digest": "00" * 32} if path.startswith("/v1/proposals/") else found

    with monkeypatch.context() as patched:
        patched.setattr(Client, "get", false)
        reason = office.run("proposal", "approve", proposal, "--yes", by="bank").failed(3)
    assert reason == "the node's digest is not of what it shows"
    assert office.run("proposal", "withdraw", proposal, "--yes", by="treasury").code == 0


def test_who_is_not_asked_is_told_before_he_signs(office: Office) -> None:
    proposal = proposed(office, RESUME)
    reason = office.run("proposal", "approve", proposal, "--yes", by="broker").failed(5)
    assert reason.startswith("it would be refused: not_asked (")
    assert office.run("proposal", "withdraw", proposal, "--yes", by="treasury").code == 0
    closed = office.run("proposal", "approve", proposal, "--yes", by="bank").failed(5)
    assert closed.startswith("it would be refused: proposal_closed (")


def test_what_waits_out_its_notice_is_not_executed_before(office: Office) -> None:
    keys = [{"key": public_key("fresh").hex(), "weight": 1, "until": None}]
    replace = {"operation": "replace-keys", "participant": "cdc", "keys": keys, "threshold": 1}
    proposal = proposed(office, replace, "treasury")
    ended = office.run("proposal", "approve", proposal, "--yes", by="bank")
    assert "proposal-approved" in ended.out
    reason = office.run("proposal", "execute", proposal, "--yes", by="broker").failed(5)
    assert reason.startswith("it would be refused: notice_runs (")
    assert office.run("proposal", "withdraw", proposal, "--yes", by="bank").code == 0


def test_what_cannot_be_proposed_is_refused_before_anything_is_signed(office: Office) -> None:
    approve = {"operation": "approve", "proposal": "00" * 32}
    reason = office.run("proposal", "create", office.file([RESUME, approve]), by="treasury").failed(
        2
    )
    assert reason.endswith("[1].operation: approve cannot be proposed")
    many = office.file([RESUME] * 1_001)
    assert "operations: it has 1001 items" in office.run(
        "proposal", "create", many, by="bank"
    ).failed(2)
    for expires, code in (("soon", 2), ("0d", 2), ("91d", 5)):
        ended = office.run(
            "proposal", "create", office.file(RESUME), "--expires-in", expires, by="treasury"
        )
        assert ended.failed(code)


@pytest.mark.parametrize("proposal", ["", "ab", "x" * 64, "../status"])
def test_what_is_no_id_is_refused_without_asking(office: Office, proposal: str) -> None:
    for command in ("approve", "execute", "withdraw"):
        reason = office.run("proposal", command, proposal, "--yes", by="bank").failed(2)
        assert reason.endswith("is no proposal's id: it takes 64 hexadecimal digits")
