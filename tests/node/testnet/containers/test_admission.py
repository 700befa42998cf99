"""A learner is admitted by a decision on the ledger, once, and then has every block."""

from pathlib import Path

import pytest

from amanat.client.keystore import Signer
from amanat.ledger.authorities import Authority, AuthorityClass
from amanat.node.testnet.containers.admission import AdmissionFailed, admit
from tests.ledger import world
from tests.node.network import eventually, network


def signers(*names: str) -> list[Signer]:
    return [Signer(world.key(name)) for name in names]


def learner(name: str) -> Authority:
    return world.authority_set([name], 1).members[0]


async def test_the_ministry_and_the_state_bank_let_one_learn(tmp_path: Path) -> None:
    async with network(tmp_path, newcomers=["custodian-a"]) as running:
        await running.open_market()
        newcomer = await running.start("custodian-a")
        chain = running.document.chain_id()
        decided = (chain, learner("custodian-a"), signers("mof", "sbp"))
        async with running.client("mof") as client:
            assert await admit(client, *decided, now=running.now())
            height = (await client.get("/v1/status"))["height"]
            await eventually(lambda: newcomer.chain.final.height >= height)
            assert not await admit(client, *decided, now=running.now())  # as when containers are brought up again
            assert (await client.get("/v1/status"))["height"] == height
        configuration = newcomer.configuration
        assert [each.name for each in configuration.learners] == ["custodian-a"]
        assert configuration.current == running.document.authorities


async def test_one_alone_admits_nobody(tmp_path: Path) -> None:
    async with network(tmp_path, newcomers=["custodian-a"]) as running:
        await running.open_market()
        asked = (running.document.chain_id(), learner("custodian-a"), signers("mof"))
        async with running.client("mof") as client:
            with pytest.raises(AdmissionFailed, match="missing_approval"):
                await admit(client, *asked, now=running.now())


async def test_one_that_is_nobody_s_is_not_admitted(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        key = Signer(world.key("authority stranger")).public_key
        stranger = Authority("stranger", key, AuthorityClass.CUSTODIAN)
        asked = (running.document.chain_id(), stranger, signers("mof", "sbp"))
        async with running.client("mof") as client:
            with pytest.raises(AdmissionFailed, match="no participant stranger"):
                await admit(client, *asked, now=running.now())
