"""Statements over a whole market: whatever moves, what is listed adds up."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import (
    AnyOperation,
    DeliverVersusPayment,
    EnforcePledge,
    EnterInstruction,
    Issue,
    OpenHold,
    Pledge,
    PostHold,
    Redeem,
    Transfer,
    TransferBatch,
)
from amanat.ledger.operations.transfer_batch import Line
from amanat.ledger.receipts import Applied
from amanat.node.node import Node
from amanat.node.statements import past
from amanat.node.statements.past import NotKept, Past
from amanat.node.statements.question import Noun, Question, Span
from amanat.node.statements.rendering import FileFormat
from amanat.node.statements.rows import Row, Total, Unit
from amanat.node.statements.statement import SLICE, Statement
from tests.ledger.trades import SALE, answer
from tests.ledger.world import BILL, RUPEE
from tests.node.network import LocalNetwork, network

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalNetwork]:
    root: Path = tmp_path_factory.mktemp("network")
    async with network(root, "mof") as running:
        await running.open_market()

        async def do(signers: str, *operations: AnyOperation) -> str:
            """Return the id of what the first event has put on record, if anything."""
            done = await running.do(signers, *operations)
            assert done.receipt is not None
            assert isinstance(done.receipt.outcome, Applied), done
            fields = done.receipt.outcome.events[0].fields
            return str(fields.get("hold") or fields.get("pledge") or "")

        await do("alpha", Transfer("alpha", "gamma", RUPEE, 5))
        await do("alpha", TransferBatch("alpha", RUPEE, (Line("beta", 1), Line("gamma", 2))))
        sale = DeliverVersusPayment("mof-house", "alpha", BILL, 500_000, RUPEE, 480_000)
        await do("mof, alpha", sale)
        expires = running.now() + DAY_MS
        hold = await do("alpha", OpenHold("alpha", "beta", RUPEE, 40, None, expires, None))
        await do("beta", PostHold(bytes.fromhex(hold), 30))
        pledge = await do("alpha", Pledge("alpha", RUPEE, 20, "gamma", "x"))
        await do("gamma, sbp", EnforcePledge(bytes.fromhex(pledge), 20, "gamma"))
        await do("mof", EnterInstruction(SALE))
        await do("alpha", EnterInstruction(answer(SALE)))
        await do("sbp, alpha", Redeem(RUPEE, "alpha", 100, None))
        await do("sbp", Issue(RUPEE, "beta", 7))
        yield running


@pytest.fixture
def node(market: LocalNetwork) -> Node:
    return market.nodes["mof"]


async def made(
    node: Node, noun: Noun, of: dict[str, str], first: int = 1, last: int | None = None
) -> tuple[list[Row], tuple[Total, ...]]:
    last = last or node.chain.final.height
    account, custodian, instrument = (of.get(each) for each in SUBJECT)
    question = Question(noun, account, custodian, instrument, Span(first, last))
    statement = Statement(node.store, question, FileFormat.JSONL)
    content = b"".join([piece async for piece in statement.pieces()])
    rows = [msgspec.json.decode(each, type=Row) for each in content.splitlines()]
    assert statement.count == len(rows)
    return rows, statement.totals()


SUBJECT = ("account", "custodian", "instrument")
OF_RUPEES = {"instrument": RUPEE}
SUBJECTS = (
    {"account": "alpha"},
    {"account": "gamma"},
    {"account": "mof-house", "instrument": BILL},
    {"custodian": "custodian-a"},
    {"custodian": "custodian-b", "instrument": RUPEE},
    {"instrument": RUPEE},
    {"instrument": BILL},
)


@pytest.mark.parametrize("of", SUBJECTS, ids=str)
async def test_from_any_block_on_movements_are_what_holdings_changed_by(
    node: Node, of: dict[str, str]
) -> None:
    for first in range(1, node.chain.final.height + 1):
        _, totals = await made(node, Noun.MOVEMENTS, of, first)
        for total in totals:
            assert total.counted == total.expected, (first, total)


async def test_every_kind_of_movement_is_among_them(node: Node) -> None:
    rows, _ = await made(node, Noun.MOVEMENTS, OF_RUPEES)
    assert {row["event"] for row in rows} == {
        "issued",
        "transferred",
        "delivered-versus-payment",
        "hold-posted",
        "pledge-enforced",
        "instruction-settled",
        "redeemed",
    }


async def test_at_any_height_all_holdings_are_the_supply(node: Node) -> None:
    for height in range(1, node.chain.final.height + 1):
        for instrument in (RUPEE, BILL):
            rows, totals = await made(
                node, Noun.HOLDINGS, {"instrument": instrument}, height, height
            )
            held = sum(int(row["amount"]) for row in rows)
            assert [each.counted for each in totals] == ([held] if rows else [])
            assert all(each.counted == each.expected for each in totals)
        _, supplies = await made(node, Noun.SUPPLY, {}, height, height)
        assert all(each.counted == each.expected for each in supplies)


async def test_what_is_reserved_is_told(node: Node) -> None:
    (row,) = (await made(node, Noun.HOLDINGS, OF_RUPEES | {"account": "alpha"}))[0]
    assert row["reserved"] == "10"


async def test_little_is_kept_in_memory(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = await made(node, Noun.HOLDINGS, OF_RUPEES)
    monkeypatch.setattr(past, "RESIDENT_MAX", 0)
    assert await made(node, Noun.HOLDINGS, OF_RUPEES) == whole


async def test_others_have_their_turn_meanwhile(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amanat.node.statements.statement.SLICE", 1)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    await made(node, Noun.MOVEMENTS, OF_RUPEES)
    beside.cancel()
    assert turns >= node.chain.final.height
    assert SLICE > 1


async def test_a_state_that_is_not_kept_is_none(node: Node) -> None:
    with pytest.raises(NotKept, match="the state after block 999"):
        Past(node.store, 999)


@pytest.mark.parametrize(
    ("unit", "amount", "text"),
    [
        (Unit("PKR", 2), 0, "0.00"),
        (Unit("PKR", 2), 5, "0.05"),
        (Unit("PKR", 2), 2**63 - 1, "92233720368547758.07"),
        (Unit("oz", 3), 12_500, "12.500"),
        (Unit("share", 0), 12, "12"),
    ],
)
async def test_quantities_are_written_in_the_unit(unit: Unit, amount: int, text: str) -> None:
    assert unit.quantity(amount) == text
