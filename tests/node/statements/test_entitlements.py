"""Statements of entitlements: what a bond's holders are to be paid next, and a bill's."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from amanat.ledger.operations import ActivateInstrument, Issue, Transfer
from amanat.node.node import Node
from amanat.node.statements.entitlements import per_cent
from amanat.node.statements.question import Noun, Question, Span
from amanat.node.statements.rendering import FileFormat
from amanat.node.statements.rows import Row, Total
from amanat.node.statements.statement import Statement
from tests.ledger.papers import FACE, FLOATER, NEW_PIB, registration
from tests.ledger.world import BILL
from tests.node.network import LocalNetwork, network

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Node]:
    root: Path = tmp_path_factory.mktemp("network")
    async with network(root, "mof") as running:
        await running.open_market()
        for paper in (NEW_PIB, FLOATER):
            await held(running, paper)
        yield running.nodes["mof"]


async def held(running: LocalNetwork, paper: str) -> None:
    """Let the Ministry's house hold seven bonds of this kind, and alpha three."""
    done = await running.do("mof, sbp", registration(paper), ActivateInstrument(paper))
    assert done.state == "committed"
    done = await running.do("mof, sbp", Issue(paper, "mof-house", 10 * FACE))
    assert done.state == "committed"
    done = await running.do("mof", Transfer("mof-house", "alpha", paper, 3 * FACE))
    assert done.state == "committed"


async def made(
    node: Node, *, instrument: str | None = None, account: str | None = None, day: str | None = None
) -> tuple[list[Row], tuple[Total, ...]]:
    height = node.chain.final.height
    span = Span(height, height, None, day)
    question = Question(Noun.ENTITLEMENTS, account, None, instrument, span)
    statement = Statement(node.store, question, FileFormat.JSONL)
    content = b"".join([piece async for piece in statement.pieces()])
    rows = [msgspec.json.decode(each, type=Row) for each in content.splitlines()]
    return rows, statement.totals()


async def test_each_holder_of_a_bond_is_owed_the_coupon_on_what_it_holds(node: Node) -> None:
    rows, totals = await made(node, instrument=NEW_PIB)
    assert {row["account"]: row["amount"] for row in rows} == {
        # 11.5 % a year, half of it on 1 July: 5.75 % of PKR 700,000 and of PKR 300,000.
        "mof-house": "4025000",
        "alpha": "1725000",
    }
    dates = {(row["record_date"], row["due_date"], row["payment_date"]) for row in rows}
    assert dates == {("2026-06-30", "2026-07-01", "2026-07-01")}
    assert {(row["payment"], row["rate"], row["unit"]) for row in rows} == {
        ("coupon", "11.5000", "PKR")
    }
    assert rows[0]["quantity"] in ("40250.00", "17250.00")
    assert totals == (Total(NEW_PIB, 10 * FACE, 10 * FACE, "supply"),)


async def test_of_a_floater_the_amount_is_open(node: Node) -> None:
    rows, _ = await made(node, instrument=FLOATER)
    assert {(row["rate"], row["amount"], row["quantity"]) for row in rows} == {("", "", "")}


async def test_after_the_record_date_it_is_the_next_coupon(node: Node) -> None:
    on, _ = await made(node, instrument=NEW_PIB, day="2026-06-30")
    assert {row["due_date"] for row in on} == {"2026-07-01"}
    after, _ = await made(node, instrument=NEW_PIB, day="2026-07-01")
    assert {row["due_date"] for row in after} == {"2027-01-01"}


async def test_at_the_end_the_face_is_owed_too(node: Node) -> None:
    rows, _ = await made(node, instrument=NEW_PIB, account="alpha", day="2030-12-31")
    assert [(row["payment"], row["amount"]) for row in rows] == [
        ("coupon", "1725000"),
        ("redemption", str(3 * FACE)),
    ]


async def test_a_bill_owes_its_face_and_cash_nothing(node: Node) -> None:
    rows, totals = await made(node, account="mof-house")
    assert {row["instrument"] for row in rows} == {BILL, NEW_PIB, FLOATER}
    (bill,) = (row for row in rows if row["instrument"] == BILL)
    assert (bill["payment"], bill["amount"]) == ("redemption", bill["face"])
    assert {each.instrument for each in totals} == {BILL, NEW_PIB, FLOATER}


@pytest.mark.parametrize(
    ("rate", "text"), [(70_000, "7.0000"), (0, "0.0000"), (1, "0.0001"), (10_000_000, "1000.0000")]
)
async def test_a_rate_is_written_in_per_cent(rate: int, text: str) -> None:
    assert per_cent(rate) == text
