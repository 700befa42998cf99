"""Whole nodes whose authorities change: one joins, learns and votes, one leaves; proofs go on."""

import base64
from pathlib import Path

from amanat.ledger.authorities import QuorumRule
from amanat.ledger.encoding import encode
from amanat.ledger.operations import AnyOperation, ChangeAuthorities, Transfer
from amanat.ledger.readiness import Readiness
from amanat.node.submissions import TransactionStatus
from amanat.verifier import verify
from tests.ledger import world
from tests.ledger.world import RUPEE
from tests.node.network import LocalNetwork, eventually, network

FOUNDERS = ("cdc", "mof", "sbp")


def change(
    members: tuple[str, ...], learners: tuple[str, ...] = (), *words: Readiness
) -> ChangeAuthorities:
    voting = world.authority_set(members, len(members) // 2 + 1).members
    learning = world.authority_set(learners, 1).members if learners else ()
    return ChangeAuthorities(voting, len(members) // 2 + 1, 1, learning, words)


async def do(running: LocalNetwork, signers: str, operation: AnyOperation) -> TransactionStatus:
    """Have it done by way of `mof`, whether or not all who run take part."""
    envelope = running.writer.sign(signers.split(", "), operation)
    return await running.commit(envelope, running.nodes["mof"])


async def decide(running: LocalNetwork, decision: ChangeAuthorities) -> None:
    status = await do(running, "mof, sbp", decision)
    assert status.state == "committed", status
    await eventually(
        lambda: any(
            not node.configuration.is_joint
            and [m.name for m in node.configuration.current.members]
            == [m.name for m in decision.members]
            for node in running.nodes.values()
        )
    )


async def test_a_node_joins_catches_up_votes_and_takes_the_place_of_another(
    tmp_path: Path,
) -> None:
    async with network(tmp_path, newcomers=["custodian-a"]) as running:
        await running.open_market()
        newcomer = await running.start("custodian-a")
        await decide(running, change(FOUNDERS, ("custodian-a",)))
        leader = running.nodes["mof"]
        await eventually(lambda: newcomer.chain.final.height >= leader.chain.final.height > 0)
        assert (await running.get("custodian-a", "/v1/status"))["role"] == "learner"

        await eventually(lambda: not newcomer.status.is_unsure)
        shown = await running.get("custodian-a", "/v1/readiness")
        word = Readiness(shown["name"], shown["height"], bytes.fromhex(shown["signature"]))
        await decide(running, change(("custodian-a", "mof", "sbp"), (), word))
        await do(running, "alpha", Transfer("alpha", "beta", RUPEE, 1))

        # The one that left is not needed, and not listened to, any more; the new one is.
        await running.stop("cdc")
        await running.stop("sbp")
        status = await do(running, "alpha", Transfer("alpha", "beta", RUPEE, 2))
        assert status.state == "committed"
        listed = (await running.get("mof", "/v1/network"))["authorities"]
        assert [(each["name"], each["part"]) for each in listed] == [
            ("custodian-a", "votes"),
            ("mof", "votes"),
            ("sbp", "votes"),
        ]

        # Whoever has the genesis document alone can still check what the new set signs.
        proof = await running.get("mof", "/v1/accounts/alpha/holdings/PKR?proof=true")
        finding = verify(encode(running.document), base64.b64decode(proof["proof"]))
        assert "custodian-a" in finding.signers


async def test_by_two_thirds_a_block_is_final_with_its_child_and_clients_see_no_difference(
    tmp_path: Path,
) -> None:
    names = ("mof", "sbp", "cdc", "custodian-a")
    async with network(tmp_path, *names, rule=QuorumRule.TWO_THIRDS) as running:
        for envelope in world.market(running.writer):
            assert (await running.commit(envelope)).state == "committed"
        await running.stop("custodian-a")
        status = await running.do("alpha", Transfer("alpha", "beta", RUPEE, 5))
        assert status.state == "committed"
        leader = await running.led()
        assert leader.status.certified_height == leader.status.commit_height + 1
        proof = await running.get(leader.name, "/v1/accounts/alpha/holdings/PKR?proof=true")
        finding = verify(encode(running.document), base64.b64decode(proof["proof"]))
        assert len(finding.signers) == 3
