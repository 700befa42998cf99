"""Instructions: each side enters its own; the ledger finds the two that say the same."""

import pytest
from msgspec.structs import replace

from amanat.ledger.dates import DAY_MS, start_of
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import (
    EnterInstruction,
    OpenHold,
    Pledge,
    SetStanding,
    Transfer,
)
from amanat.ledger.receipts import Figures
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import Instruction, Payment, Priority
from amanat.ledger.settlement.matching import ALIKE_MAX
from amanat.ledger.settlement.settlements import (
    INSTRUCTIONS,
    SETTLEMENTS,
    instructions_against,
    instructions_of,
)
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.trades import (
    CASH,
    FACE,
    MONDAY,
    PRICE,
    SALE,
    TODAY,
    answer,
    enter,
    matched,
)
from tests.ledger.world import BILL, RUPEE, START


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
            "deliverer": "beta",
            "receiver": "alpha",
            "code": "insufficient_holding",
            "account": "beta",
            "instrument": BILL,
        },
    )
    settlement = desk.state.get(SETTLEMENTS, bytes.fromhex(str(event.fields["settlement"])))
    assert settlement is not None
    assert settlement.failure is not None
    assert settlement.failure.code == "insufficient_holding"
    # On whom it hangs, and not what that one holds: both sides read it.
    assert settlement.failure.figures == {"account": "beta", "instrument": BILL}
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
    assert settlement.failure.code == "insufficient_holding"


def test_the_sentence_says_who_gives_what_for_what_and_when(desk: Desk) -> None:
    assert EnterInstruction(SALE).sentence(desk.state) == (
        f"instruct that mof-house delivers PKR 20,000.00 of {BILL} to alpha against "
        "PKR 19,600.00 on 2026-01-01"
    )
    assert EnterInstruction(answer(SALE, payment=None)).sentence(desk.state) == (
        f"instruct that alpha receives PKR 20,000.00 of {BILL} from mof-house free of payment on "
        "2026-01-01"
    )
