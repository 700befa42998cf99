"""Instructions: each side enters its own; the ledger finds the two that say the same."""

from typing import Any

import pytest
from msgspec.structs import replace

from amanat.ledger.dates import DAY_MS, date_of, start_of
from amanat.ledger.instructions import Instruction, Payment, Priority, Side
from amanat.ledger.instruments import CashTerms, TreasuryBillTerms
from amanat.ledger.matching import ALIKE_MAX
from amanat.ledger.operations import (
    EnterInstruction,
    Issue,
    OpenHold,
    Pledge,
    RegisterInstrument,
    SetStanding,
    Transfer,
)
from amanat.ledger.participants import Standing
from amanat.ledger.receipts import Event, Figures
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlements import (
    INSTRUCTIONS,
    SETTLEMENTS,
    Settlement,
    due,
    instructions_against,
    instructions_of,
    settlements_of,
)
from tests.ledger.desk import Desk, desk_with_market
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
USD = RegisterInstrument("USD", "sbp", "US dollar", CashTerms("USD", 2))
SECOND_BILL = "PK04D2512358"


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


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


# What one side says.


def test_what_matches_nothing_is_kept_and_shown_to_both_sides(desk: Desk) -> None:
    (event,) = enter(desk, SALE)
    identifier = str(event.fields["instruction"])
    assert (event.name, event.fields) == (
        "instruction-entered",
        {
            "instruction": identifier,
            "kind": "delivery_versus_payment",
            "deliverer": "mof-house",
            "receiver": "alpha",
            "instrument": BILL,
            "amount": 4 * FACE,
            "payment": RUPEE,
            "price": 4 * PRICE,
            "settlement_date": TODAY,
            "reference": "sale-1",
        },
    )
    entered = desk.state.get(INSTRUCTIONS, bytes.fromhex(identifier))
    assert entered is not None
    assert entered.instruction == SALE
    assert list(instructions_of("mof-house").members(desk.state)) == [identifier]
    assert list(instructions_against("alpha").members(desk.state)) == [identifier]
    assert desk.held("alpha", BILL) == 0


def test_the_event_names_the_travel_data(desk: Desk) -> None:
    (event,) = enter(desk, replace(SALE, travel_data=bytes(32)))
    assert event.fields["travel_data"] == bytes(32).hex()


@pytest.mark.parametrize("signer", ["alpha", "sbp", "custodian-a"])
def test_each_side_enters_its_own(desk: Desk, signer: str) -> None:
    assert desk.refused(signer, EnterInstruction(SALE)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


@pytest.mark.parametrize(
    ("said", "code", "figures"),
    [
        (
            replace(SALE, account="nobody"),
            RejectionCode.UNKNOWN_ACCOUNT,
            {"account": "nobody"},
        ),
        (
            replace(SALE, counterparty="nobody"),
            RejectionCode.UNKNOWN_ACCOUNT,
            {"account": "nobody"},
        ),
        (
            replace(SALE, counterparty="mof-house"),
            RejectionCode.SAME_ACCOUNT,
            {"account": "mof-house"},
        ),
        (
            replace(SALE, instrument="USD"),
            RejectionCode.UNKNOWN_INSTRUMENT,
            {"instrument": "USD"},
        ),
        (
            replace(SALE, payment=Payment("USD", 1)),
            RejectionCode.UNKNOWN_INSTRUMENT,
            {"instrument": "USD"},
        ),
        (
            replace(SALE, amount=FACE + 1),
            RejectionCode.NOT_A_MULTIPLE,
            {"amount": FACE + 1, "denomination": FACE},
        ),
        (
            replace(SALE, payment=Payment(BILL, FACE)),
            RejectionCode.INVALID_INSTRUCTION,
            {"need": "two different instruments", "instrument": BILL},
        ),
        (
            replace(SALE, payment=None, tolerance=1),
            RejectionCode.INVALID_INSTRUCTION,
            {"need": "no tolerance: nothing is paid in cash for securities", "have": 1},
        ),
        (
            replace(SALE, until=TODAY - 1),
            RejectionCode.INVALID_INSTRUCTION,
            {"need": "a date until which it can settle", "until": TODAY - 1, "earliest": TODAY},
        ),
        (
            replace(SALE, settlement_date=MONDAY, until=MONDAY - 1),
            RejectionCode.INVALID_INSTRUCTION,
            {
                "need": "a date until which it can settle",
                "until": MONDAY - 1,
                "earliest": MONDAY,
            },
        ),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_figures(
    desk: Desk, said: Instruction, code: RejectionCode, figures: Figures
) -> None:
    assert desk.refused("mof", EnterInstruction(said)) == (code, figures)


def test_so_many_alike_wait_and_no_more(desk: Desk) -> None:
    desk.do("mof", *[EnterInstruction(SALE)] * ALIKE_MAX)
    assert desk.refused("mof", EnterInstruction(SALE)) == (
        RejectionCode.TOO_MANY_ALIKE,
        {"would_be": ALIKE_MAX + 1, "may_be": ALIKE_MAX},
    )
    enter(desk, replace(SALE, settlement_date=MONDAY))


# Two sides that say the same.


def test_what_matches_and_is_due_settles_at_once(desk: Desk) -> None:
    (first,) = enter(desk, SALE)
    entered, told, settled = enter(desk, answer(SALE))
    assert (told.name, told.fields) == (
        "instructions-matched",
        {
            "settlement": settled.fields["settlement"],
            "delivering": first.fields["instruction"],
            "receiving": entered.fields["instruction"],
            "price": 4 * PRICE,
            "settlement_date": TODAY,
            "priority": "normal",
        },
    )
    assert (settled.name, settled.fields) == (
        "instruction-settled",
        {
            "settlement": settled.fields["settlement"],
            "deliverer": "mof-house",
            "receiver": "alpha",
            "instrument": BILL,
            "amount": 4 * FACE,
            "left": 0,
            "payment": RUPEE,
            "paid": 4 * PRICE,
        },
    )
    assert desk.held("alpha", BILL) == 4 * FACE
    assert desk.held("alpha", RUPEE) == CASH - 4 * PRICE
    assert desk.held("mof-house", RUPEE) == 4 * PRICE
    assert instructions_of("mof-house").count(desk.state) == 0
    assert settlements_of("alpha").count(desk.state) == 0


def test_what_is_not_due_waits_for_its_date(desk: Desk) -> None:
    settlement = matched(desk, replace(SALE, settlement_date=MONDAY))
    assert settlement.failure is None
    assert list(due(MONDAY, Priority.NORMAL).members(desk.state)) == [settlement.id.hex()]
    assert list(settlements_of("alpha").members(desk.state)) == [settlement.id.hex()]
    assert list(settlements_of("mof-house").members(desk.state)) == [settlement.id.hex()]
    assert desk.held("alpha", BILL) == 0


def test_either_side_may_be_first(desk: Desk) -> None:
    enter(desk, answer(SALE))
    assert enter(desk, SALE)[-1].name == "instruction-settled"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 3 * FACE},
        {"payment": Payment(RUPEE, 4 * PRICE + 1)},
        {"payment": None},
        {"settlement_date": TODAY - 1},
        {"side": Side.DELIVER},
        {"counterparty": "beta"},
    ],
)
def test_what_does_not_agree_does_not_match(desk: Desk, changes: dict[str, Any]) -> None:
    enter(desk, SALE)
    (event,) = enter(desk, answer(SALE, **changes))
    assert event.name == "instruction-entered"
    assert instructions_against("alpha").count(desk.state) == 1


def test_the_oldest_of_several_alike_is_matched(desk: Desk) -> None:
    ids = [enter(desk, SALE)[0].fields["instruction"] for _ in range(3)]
    _, told, _ = enter(desk, answer(SALE))
    assert told.fields["delivering"] == ids[0]
    assert list(instructions_of("mof-house").members(desk.state)) == ids[1:]


# Tolerance.


@pytest.mark.parametrize("difference", [-100, 100])
def test_within_both_tolerances_the_delivering_side_says_what_is_paid(
    desk: Desk, difference: int
) -> None:
    enter(desk, replace(SALE, tolerance=100))
    asked = Payment(RUPEE, 4 * PRICE + difference)
    events = enter(desk, answer(SALE, payment=asked, tolerance=200))
    assert events[-1].fields["paid"] == 4 * PRICE


@pytest.mark.parametrize("tolerances", [(99, 200), (200, 99), (0, 200)])
def test_beyond_either_tolerance_nothing_matches(desk: Desk, tolerances: tuple[int, int]) -> None:
    enter(desk, replace(SALE, tolerance=tolerances[0]))
    asked = Payment(RUPEE, 4 * PRICE + 100)
    assert len(enter(desk, answer(SALE, payment=asked, tolerance=tolerances[1]))) == 1


def test_of_several_alike_the_oldest_within_tolerance_is_matched(desk: Desk) -> None:
    enter(desk, replace(SALE, payment=Payment(RUPEE, 1), tolerance=100))
    second = enter(desk, replace(SALE, tolerance=100))[0].fields["instruction"]
    _, told, _ = enter(desk, answer(SALE, tolerance=100))
    assert told.fields["delivering"] == second


# What is exchanged for what.


def test_free_of_payment(desk: Desk) -> None:
    gift = replace(SALE, payment=None)
    enter(desk, gift)
    events = enter(desk, answer(gift))
    assert events[0].fields["kind"] == "free_of_payment"
    assert "paid" not in events[-1].fields
    assert (desk.held("alpha", BILL), desk.held("alpha", RUPEE)) == (4 * FACE, CASH)


def exchange(desk: Desk, instrument: str, amount: int, payment: Payment) -> list[Event]:
    """Each side calls what it gives the delivery: they match even so."""
    said = replace(SALE, instrument=instrument, amount=amount, payment=payment)
    assert len(enter(desk, said)) == 1
    other = replace(
        said,
        account="alpha",
        counterparty="mof-house",
        instrument=payment.instrument,
        amount=payment.amount,
        payment=Payment(instrument, amount),
    )
    return enter(desk, other)


def test_payment_versus_payment(desk: Desk) -> None:
    desk.do("sbp", USD, Issue("USD", "mof-house", 500))
    events = exchange(desk, "USD", 500, Payment(RUPEE, 140_000))
    assert events[0].fields["kind"] == "payment_versus_payment"
    assert (desk.held("alpha", "USD"), desk.held("mof-house", RUPEE)) == (500, 140_000)


def test_delivery_versus_delivery(desk: Desk) -> None:
    terms = TreasuryBillTerms(SECOND_BILL, RUPEE, 100_000, TODAY, TODAY + 182, "act/365")
    desk.do("mof", RegisterInstrument(SECOND_BILL, "mof", "6-month treasury bill", terms))
    desk.do("mof, sbp", Issue(SECOND_BILL, "alpha", 300_000))
    events = exchange(desk, BILL, FACE, Payment(SECOND_BILL, 300_000))
    assert events[0].fields["kind"] == "delivery_versus_delivery"
    assert desk.held("alpha", BILL) == FACE
    assert desk.held("mof-house", SECOND_BILL) == 300_000
    divided = replace(SALE, payment=Payment(SECOND_BILL, 300_000), partial=True)
    code, figures = desk.refused("mof", EnterInstruction(divided))
    assert (code, figures["payment"]) == (RejectionCode.INVALID_INSTRUCTION, SECOND_BILL)


def test_cash_delivered_for_securities_is_the_same_sale(desk: Desk) -> None:
    events = exchange(desk, BILL, FACE, Payment(RUPEE, PRICE))
    assert events[0].fields["kind"] == "delivery_versus_payment"
    assert events[0].fields["deliverer"] == "mof-house"
    assert events[-1].name == "instruction-settled"


# What each side wants of the settlement.


def test_the_more_urgent_priority_and_the_earlier_end_count(desk: Desk) -> None:
    said = replace(SALE, settlement_date=MONDAY, until=MONDAY + 5, priority=Priority.LOW)
    settlement = matched(desk, said, until=MONDAY + 3, priority=Priority.HIGH)
    assert (settlement.priority, settlement.until) == (Priority.HIGH, MONDAY + 3)


@pytest.mark.parametrize(
    ("one", "other", "both"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_parts_are_settled_where_both_sides_say_so(
    desk: Desk, *, one: bool, other: bool, both: bool
) -> None:
    said = replace(SALE, settlement_date=MONDAY, partial=one)
    assert matched(desk, said, partial=other).partial is both


def test_an_instruction_that_has_lapsed_matches_nothing(desk: Desk) -> None:
    enter(desk, replace(SALE, until=TODAY))
    desk.wait_until(start_of(MONDAY))
    assert len(enter(desk, answer(SALE))) == 1
    assert instructions_of("mof-house").count(desk.state) == 0


def test_one_for_a_past_date_still_finds_its_other_side(desk: Desk) -> None:
    enter(desk, SALE)
    desk.wait_until(START + DAY_MS)
    assert enter(desk, answer(SALE))[-1].name == "instruction-settled"


# What is due and cannot settle.


def test_what_is_not_there_is_told_and_kept_with_it(desk: Desk) -> None:
    said = replace(SALE, account="beta", counterparty="alpha")
    enter(desk, said)
    event = enter(desk, answer(said))[-1]
    assert (event.name, event.fields) == (
        "settlement-failed",
        {
            "settlement": event.fields["settlement"],
            "code": "insufficient_holding",
            "account": "beta",
            "instrument": BILL,
            "have": 0,
            "need": 4 * FACE,
        },
    )
    settlement = desk.state.get(SETTLEMENTS, bytes.fromhex(str(event.fields["settlement"])))
    assert settlement is not None
    assert settlement.failure is not None
    assert settlement.failure.code == "insufficient_holding"
    assert settlement.failure.figures["need"] == 4 * FACE
    assert settlement.failure.date == TODAY


def test_what_cannot_be_paid_is_not_delivered(desk: Desk) -> None:
    settlement = matched(desk, replace(SALE, payment=Payment(RUPEE, CASH + 1)))
    assert settlement.failure is not None
    assert settlement.failure.figures["account"] == "alpha"
    assert desk.held("mof-house", BILL) == 5_000_000_000


def test_a_suspension_is_why_it_fails(desk: Desk) -> None:
    enter(desk, SALE)
    desk.do("mof, sbp", SetStanding("custodian-a", Standing.SUSPENDED))
    event = enter(desk, answer(SALE))[-1]
    assert (event.name, event.fields["code"], event.fields["participant"]) == (
        "settlement-failed",
        "suspended",
        "custodian-a",
    )


def test_nothing_is_reserved_until_it_settles(desk: Desk) -> None:
    matched(desk, replace(SALE, settlement_date=MONDAY, payment=Payment(RUPEE, CASH)))
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, CASH))


def test_what_is_held_or_pledged_does_not_settle_anything(desk: Desk) -> None:
    desk.do("alpha", OpenHold("alpha", "gamma", RUPEE, CASH - 10, None, START + DAY_MS, None))
    desk.do("alpha", Pledge("alpha", RUPEE, 10, "sbp", "x"))
    settlement = matched(desk, replace(SALE, payment=Payment(RUPEE, 1)))
    assert settlement.failure is not None
    assert settlement.failure.figures["have"] == 0


def test_the_sentence_says_who_gives_what_for_what_and_when(desk: Desk) -> None:
    assert EnterInstruction(SALE).sentence(desk.state) == (
        f"instruct that mof-house delivers PKR 20,000.00 of {BILL} to alpha against "
        "PKR 19,600.00 on 2026-01-01"
    )
    assert EnterInstruction(answer(SALE, payment=None)).sentence(desk.state) == (
        f"instruct that alpha receives PKR 20,000.00 of {BILL} from mof-house free of payment on "
        "2026-01-01"
    )
