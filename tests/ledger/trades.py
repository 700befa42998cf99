"""A sale of bills as both sides instruct it, for tests of settlement."""

from typing import Any

from msgspec.structs import replace

from amanat.ledger.dates import date_of
from amanat.ledger.operations import EnterInstruction
from amanat.ledger.receipts import Event
from amanat.ledger.settlement.instructions import Instruction, Payment, Priority, Side
from amanat.ledger.settlement.settlements import SETTLEMENTS, Settlement
from tests.ledger.desk import Desk
from tests.ledger.world import BILL, RUPEE, START

CASH = 1_000_000_000
FACE = 500_000
PRICE = 490_000
TODAY = date_of(START)
MONDAY = TODAY + 4
"""The second of the coming business days: 1 January 2026 is a Thursday."""

SALE = Instruction(
    side=Side.DELIVER,
    account="mof-house",
    counterparty="alpha",
    instrument=BILL,
    amount=4 * FACE,
    payment=Payment(RUPEE, 4 * PRICE),
    settlement_date=TODAY,
    priority=Priority.NORMAL,
    partial=False,
    tolerance=0,
    until=None,
    reference="sale-1",
    travel_data=None,
)
OWNERS = {"mof-house": "mof", "sbp-house": "sbp"}


def answer(said: Instruction, **changes: Any) -> Instruction:
    """Return what the other side says of the same trade."""
    mirrored = replace(
        said,
        side=said.side.other,
        account=said.counterparty,
        counterparty=said.account,
        reference="purchase-1",
    )
    return replace(mirrored, **changes)


def enter(desk: Desk, said: Instruction) -> list[Event]:
    owner = OWNERS.get(said.account, said.account)
    return desk.do(owner, EnterInstruction(said))


def matched(desk: Desk, said: Instruction = SALE, **changes: Any) -> Settlement:
    """Enter both sides of what is not due, or cannot settle, and return them."""
    enter(desk, said)
    events = enter(desk, answer(said, **changes))
    identifier = next(each for each in events if each.name == "instructions-matched")
    settlement = desk.state.get(SETTLEMENTS, bytes.fromhex(str(identifier.fields["settlement"])))
    assert settlement is not None
    return settlement
