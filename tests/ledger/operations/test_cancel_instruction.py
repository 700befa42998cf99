"""Cancelling what is not matched: by the side that entered it, at once."""

import pytest

from amanat.ledger.operations import CancelInstruction
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import CancelReason
from amanat.ledger.settlement.settlements import (
    INSTRUCTIONS,
    instructions_against,
    instructions_of,
)
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.trades import SALE, answer, enter
from tests.ledger.world import BILL


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


@pytest.fixture
def entered(desk: Desk) -> bytes:
    return bytes.fromhex(str(enter(desk, SALE)[0].fields["instruction"]))


def test_its_own_side_takes_it_back_and_says_why(desk: Desk, entered: bytes) -> None:
    (event,) = desk.do("mof", CancelInstruction(entered, CancelReason.DUPLICATE))
    assert (event.name, event.fields) == (
        "instruction-cancelled",
        {
            "instruction": entered.hex(),
            "account": "mof-house",
            "reason": "duplicate",
            "reference": "sale-1",
        },
    )
    assert desk.state.get(INSTRUCTIONS, entered) is None
    assert instructions_of("mof-house").count(desk.state) == 0
    assert instructions_against("alpha").count(desk.state) == 0
    assert len(enter(desk, answer(SALE))) == 1


@pytest.mark.parametrize("signer", ["alpha", "sbp", "custodian-a"])
def test_nobody_else_does(desk: Desk, entered: bytes, signer: str) -> None:
    assert desk.refused(signer, CancelInstruction(entered, CancelReason.ERROR)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


def test_what_is_matched_is_no_longer_one_sides_to_cancel(desk: Desk, entered: bytes) -> None:
    enter(desk, answer(SALE))
    assert desk.refused("mof", CancelInstruction(entered, CancelReason.ERROR)) == (
        RejectionCode.UNKNOWN_INSTRUCTION,
        {"instruction": entered.hex()},
    )


def test_the_sentence_says_which_and_why(desk: Desk, entered: bytes) -> None:
    assert CancelInstruction(entered, CancelReason.ERROR).sentence(desk.state) == (
        f"cancel the instruction sale-1 of mof-house over PKR 20,000.00 of {BILL} (error)"
    )
    assert CancelInstruction(bytes(32), CancelReason.ERROR).sentence(desk.state) == (
        "cancel the instruction 0000000000000000…, which is not known"
    )
