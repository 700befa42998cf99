"""Both faces of the client against real nodes: reading with proof, submitting, nodes that die."""

import asyncio
from pathlib import Path

import pytest

from amanat.client.errors import Expired, OutcomeUnknown, Refused, Rejected, Unreachable
from amanat.client.exchange import Ending
from amanat.client.face import Face
from amanat.client.journal import Journal
from amanat.ledger.encoding import encode
from amanat.ledger.operations import Transfer
from amanat.ledger.transactions import open_transaction
from amanat.verifier import Outcome, verify
from tests.client.faces import FACES, speaker
from tests.ledger.world import BILL, RUPEE, Writer
from tests.node.network import LocalNetwork, free_ports, network

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__),
]


def nowhere() -> str:
    return f"http://127.0.0.1:{free_ports(1)[0]}"


def identity(envelope: bytes) -> bytes:
    return open_transaction(envelope, bytes_max=1_000_000).id


async def test_a_balance_is_proved_against_the_genesis_document(
    market: LocalNetwork, face: type[Face]
) -> None:
    async with speaker(face, market) as client:
        held = await client("balance", "mof-house", BILL)
        assert (held.amount, held.reserved) == (5_000_000_000, 0)
        proved = verify(encode(market.document), held.proof)
        assert (proved.height, proved.signers) == (held.height, held.signers)
        assert (await client("balance", "nobody", BILL)).amount == 0
        assert (await client("balance", "gamma", RUPEE, linearizable=True)).height >= held.height


async def test_a_balance_is_proved_as_it_was_after_a_block(
    market: LocalNetwork, face: type[Face]
) -> None:
    async with speaker(face, market) as client:
        before = await client("balance", "beta", RUPEE)
        await market.do("alpha", Transfer("alpha", "beta", RUPEE, 3))
        now = await client("balance", "beta", RUPEE, linearizable=True)
        then = await client("balance", "beta", RUPEE, at_height=before.height)
    assert (then.amount, then.height, then.day) == (before.amount, before.height, None)
    assert now.amount == before.amount + 3


async def test_events_are_read_on_from_a_cursor_at_any_node(
    market: LocalNetwork, face: type[Face]
) -> None:
    async with speaker(face, market, "mof") as client:
        told = await client("events", names=("transferred",), account="beta")
    await market.do("alpha", Transfer("alpha", "beta", RUPEE, 4))
    last = told[-1]["cursor"] if told else None
    async with speaker(face, market, "sbp") as client:
        await client("balance", "beta", RUPEE, linearizable=True)
        (event,) = await client("events", last, names=("transferred",), account="beta")
    assert event["fields"]["amount"] == "4"


async def test_every_holding_of_an_account_is_proved(
    market: LocalNetwork, face: type[Face]
) -> None:
    async with speaker(face, market) as client:
        held = await client("holdings", "mof-house")
    assert [(each.instrument, each.amount) for each in held] == [(BILL, 5_000_000_000)]


async def test_what_is_submitted_comes_back_with_its_receipt_proved(
    market: LocalNetwork, face: type[Face], tmp_path: Path
) -> None:
    envelope = market.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 100))
    async with speaker(face, market, journal=tmp_path) as client:
        receipt = await client("submit_and_wait", envelope)
        assert (receipt.is_applied, receipt.events[0].name) == (True, "transferred")
        assert receipt.events[0].fields["amount"] == 100
        assert client.client.height >= receipt.height
        assert await client("submit_and_wait", envelope) == receipt
    proved = verify(encode(market.document), receipt.proof)
    assert proved.proved == Outcome(identity(envelope).hex(), "applied", None)
    journal = Journal(tmp_path)
    assert journal.file(identity(envelope)).read_bytes() == envelope
    assert journal.file(identity(envelope), Ending.RECEIPT).read_bytes() == receipt.proof


async def test_a_read_after_a_write_shows_it_at_any_node(
    market: LocalNetwork, face: type[Face], tmp_path: Path
) -> None:
    async with speaker(face, market, journal=tmp_path) as client:
        for name in market.names:
            before = (await client("balance", "beta", RUPEE)).amount
            envelope = market.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
            await client("submit_and_wait", envelope)
            client.client._talk.nodes.prefer(market.url(name))
            assert (await client("balance", "beta", RUPEE)).amount == before + 1


async def test_a_rejection_has_its_code_and_figures_from_the_proof(
    market: LocalNetwork, face: type[Face], tmp_path: Path
) -> None:
    too_much = Transfer("alpha", "beta", RUPEE, 9_000_000_000)
    envelope = market.writer.sign(["alpha"], too_much)
    async with speaker(face, market, journal=tmp_path) as client:
        for _ in range(2):
            with pytest.raises(Rejected) as rejected:
                await client("submit_and_wait", envelope)
            assert rejected.value.code == "insufficient_holding"
            assert rejected.value.figures["need"] == 9_000_000_000
            assert not rejected.value.receipt.is_applied


async def test_what_no_node_takes_is_refused_and_not_resumed(
    market: LocalNetwork, face: type[Face], tmp_path: Path
) -> None:
    envelope = market.writer.sign(["a stranger"], Transfer("alpha", "beta", RUPEE, 1))
    async with speaker(face, market, journal=tmp_path) as client:
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                await client("submit_and_wait", envelope)
            assert refused.value.code == "unknown_key"
        assert await client("resume") == []


async def test_nodes_that_do_not_answer_are_passed_over(
    market: LocalNetwork, face: type[Face], tmp_path: Path
) -> None:
    envelope = market.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 7))
    async with speaker(face, market, nowhere(), nowhere(), "sbp", journal=tmp_path) as client:
        assert (await client("submit_and_wait", envelope)).is_applied
        assert (await client("balance", "gamma", RUPEE)).amount == 1_000_000_000


async def test_without_any_node_it_is_in_the_journal_and_goes_on_later(
    market: LocalNetwork, face: type[Face], tmp_path: Path
) -> None:
    envelope = market.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 8))
    async with speaker(face, market, nowhere(), journal=tmp_path) as client:
        with pytest.raises(OutcomeUnknown) as unknown:
            await client("submit_and_wait", envelope, seconds=0.3)
        assert unknown.value.envelope == envelope
        with pytest.raises(Unreachable):
            await client("get", "/v1/network")
    async with speaker(face, market, journal=tmp_path) as client:
        (receipt,) = await client("resume")
        assert receipt.transaction == identity(envelope).hex()
        assert await client("resume") == []


async def test_lists_are_given_whole(market: LocalNetwork, face: type[Face]) -> None:
    async with speaker(face, market) as client:
        heights = [each["height"] for each in await client("blocks")]
        assert heights == list(range(heights[0], 0, -1))
        assert await client("instructions", "alpha") == []
        assert (await client("get", "/v1/network"))["chain"] == market.document.chain_id().hex()


async def test_a_node_killed_in_the_midst_costs_nothing(face: type[Face], tmp_path: Path) -> None:
    async with network(tmp_path / "network") as running:
        await running.open_market()
        async with speaker(face, running, journal=tmp_path / "journal") as client:
            leader = await running.led()
            client.client._talk.nodes.prefer(running.url(leader.settings.name))
            orders = [
                running.writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1000 + number))
                for number in range(6)
            ]

            async def submit_all() -> list[bool]:
                return [(await client("submit_and_wait", each)).is_applied for each in orders]

            submitting = asyncio.create_task(submit_all())
            await asyncio.sleep(0.15)
            await running.stop(leader.settings.name)
            assert await submitting == [True] * 6
            held = await client("balance", "beta", RUPEE)
            assert held.amount == 1_000_000_000 + sum(range(1000, 1006))


async def test_what_expires_is_told_once_its_time_is_proved_to_have_passed(
    face: type[Face], tmp_path: Path
) -> None:
    async with network(tmp_path / "network") as running:
        await running.open_market()
        short = Writer(running.document.chain_id(), running.now() + 60_000, first=10**6)
        envelope = short.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
        running.later_ms += 120_000
        async with speaker(face, running, journal=tmp_path / "journal") as client:
            with pytest.raises(OutcomeUnknown, match="not yet on the ledger"):
                await client("submit_and_wait", envelope, seconds=0.5)
            await running.do("alpha", Transfer("alpha", "beta", RUPEE, 2))
            (end,) = await client("resume")
            assert isinstance(end, Expired)
            assert end.transaction == identity(envelope)
            with pytest.raises(Expired):
                await client("submit_and_wait", envelope)
        evidence = Journal(tmp_path / "journal").file(end.transaction, Ending.EXPIRED)
        assert evidence.exists()
