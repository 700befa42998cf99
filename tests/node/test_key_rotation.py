"""An authority changes its key while the network goes on: the new key learns, then votes instead.

The new key has a new name, a disk and a sign guard of its own. While the change is under way the
old set and the new one must both agree, and each has one of the two keys: the institution never has
two votes in one quorum, and nothing asks either key to sign what the other has signed already.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from amanat.ledger.authorities import AuthorityClass
from amanat.ledger.operations import Transfer
from amanat.ledger.readiness import Readiness
from amanat.node.joining import decisions
from amanat.node.joining.decisions import Standing
from amanat.node.joining.request import JoinRequest
from tests.ledger.world import RUPEE, public_key
from tests.node.network import LocalNetwork, eventually, network


def asked(running: LocalNetwork) -> JoinRequest:
    return JoinRequest(
        chain=running.document.chain_id(),
        name="mof-2",
        participant="mof",
        key=public_key("authority mof-2"),
        peer="127.0.0.1:1",
        api=running.url("mof-2"),
        version="0.1.0",
        program=bytes(32),
    )


@contextlib.asynccontextmanager
async def traffic(running: LocalNetwork) -> AsyncIterator[list[str]]:
    """Transfer one rupee after the other at `sbp`; yields the outcomes as they come."""
    outcomes: list[str] = []

    async def go_on() -> None:
        while True:
            envelope = running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
            outcomes.append((await running.commit(envelope, running.nodes["sbp"])).state)

    task = asyncio.create_task(go_on())
    try:
        yield outcomes
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_new_key_takes_the_place_of_the_old_without_an_outage(tmp_path: Path) -> None:
    async with network(tmp_path, newcomers=["mof-2"]) as running:
        await running.open_market()
        async with traffic(running) as outcomes:
            newcomer = await running.start("mof-2")
            now = Standing.of(await running.get("sbp", "/v1/network"))
            decision = decisions.learn(now, asked(running), AuthorityClass.SOVEREIGN)
            at = running.nodes["sbp"]
            sign = running.writer.sign
            assert (await running.commit(sign(["mof", "sbp"], decision), at)).state == "committed"
            await eventually(lambda: newcomer.chain.final.height >= at.chain.final.height - 1 > 0)

            await eventually(lambda: not newcomer.status.is_unsure)
            shown = await running.get("mof-2", "/v1/readiness")
            word = Readiness(shown["name"], shown["height"], bytes.fromhex(shown["signature"]))
            now = Standing.of(await running.get("sbp", "/v1/network"))
            decision = decisions.admit(now, word, instead_of="mof")
            assert (await running.commit(sign(["mof", "sbp"], decision), at)).state == "committed"
            names = ["cdc", "mof-2", "sbp"]
            await eventually(
                lambda: (
                    [each.name for each in at.configuration.current.members] == names
                    and not at.configuration.is_joint
                )
            )
            done = len(outcomes)
            await eventually(lambda: len(outcomes) > done + 2)
        assert set(outcomes) == {"committed"}

        # The old key counts for nothing any more; the new one is needed, and serves.
        await running.stop("mof")
        await running.stop("cdc")
        envelope = sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
        assert (await running.commit(envelope, at)).state == "committed"
        certificate = at.store.certificate_from(at.chain.final.height)
        assert certificate is not None
        assert {each.authority for each in certificate.acks} == {"mof-2", "sbp"}


async def test_while_the_keys_change_each_set_has_one_of_the_two(tmp_path: Path) -> None:
    async with network(tmp_path, newcomers=["mof-2"]) as running:
        await running.open_market()
        newcomer = await running.start("mof-2")
        at = running.nodes["sbp"]
        now = Standing.of(await running.get("sbp", "/v1/network"))
        decision = decisions.learn(now, asked(running), AuthorityClass.SOVEREIGN)
        await running.commit(running.writer.sign(["mof", "sbp"], decision), at)
        await eventually(lambda: newcomer.chain.final.height == at.chain.final.height)
        word = await newcomer.ready_word()
        now = Standing.of(await running.get("sbp", "/v1/network"))
        decision = decisions.admit(now, word, instead_of="mof")
        await running.commit(running.writer.sign(["mof", "sbp"], decision), at)
        await eventually(lambda: not at.configuration.is_joint)
        joint = 0
        for height in range(1, at.chain.final.height + 1):
            configuration = at.store.eras.configuration(height)
            if configuration is None or not configuration.is_joint:
                continue
            joint += 1
            for each in configuration.sets:
                of_mof = [m.name for m in each.members if m.operator == "mof"]
                assert len(of_mof) == 1
        assert joint > 0
