"""Balance certificates: what an account held at the close of a business day."""

from collections.abc import Sequence
from typing import Any

import pytest

from amanat.ledger.receipts import Applied, Event, Receipt, Rejected
from amanat.verifier import ClosingBalance, verify
from amanat.verifier.sentences import claim
from tests.verifier.rehearsal import (
    ABSENT,
    BILL,
    CLOSE,
    CLOSED,
    GENESIS,
    RECEIPTS,
    closing,
    refusal,
)

CERTIFICATE = closing()


def receipt(*events: tuple[str, dict[str, Any]]) -> Receipt:
    applied = Applied(tuple(Event(0, name, fields) for name, fields in events))
    return Receipt(b"\x55" * 32, b"\x56" * 32, applied)


DAY_CLOSED = ("day-closed", {"date": CLOSED, "next": CLOSED + 3})


def test_it_says_in_words_what_was_held_at_which_close() -> None:
    finding = verify(GENESIS, CERTIFICATE)
    assert finding.proved == ClosingBalance("client-3", BILL, 15_000, 0, "2025-10-08")
    assert claim(finding) == (
        "client-3 held 15000 of PK0000000017 at the close of 2025-10-08 "
        "(block 7, 2025-10-09T08:53:20.007Z), on rehearsal"
    )


@pytest.mark.parametrize("shape", [False, True])
def test_that_nothing_was_held_is_certified_too(shape: bool) -> None:
    proved = verify(GENESIS, closing(account=ABSENT[shape])).proved
    assert proved == ClosingBalance(ABSENT[shape], BILL, 0, 0, "2025-10-08")


@pytest.mark.parametrize("before", [[], RECEIPTS[:1], RECEIPTS[:2], RECEIPTS])
def test_the_close_may_stand_alone_or_after_any_number_of_others(before: Sequence[Receipt]) -> None:
    assert verify(GENESIS, closing([*before, CLOSE])).proved == verify(GENESIS, CERTIFICATE).proved


def test_a_day_closed_by_a_proposal_is_closed() -> None:
    by_proposal = receipt(("transferred", {}), DAY_CLOSED, ("proposal-executed", {}))
    assert verify(GENESIS, closing([by_proposal])).proved == verify(GENESIS, CERTIFICATE).proved


def test_what_follows_in_the_block_is_of_the_next_day() -> None:
    for receipts, shown in (([CLOSE, RECEIPTS[0]], 0), ([*RECEIPTS[:4], CLOSE, RECEIPTS[4]], 4)):
        refused = refusal(closing(receipts, shown=shown))
        assert (refused.step, refused.reason) == (
            "closing",
            "other transactions follow it in its block",
        )


@pytest.mark.parametrize(
    "last",
    [
        receipt(),
        receipt(("proposal-executed", {})),
        receipt(("transferred", {})),
        receipt(DAY_CLOSED, ("transferred", {})),
        receipt(DAY_CLOSED, ("transferred", {}), ("proposal-executed", {})),
        receipt(("day-closed", {})),
        receipt(("day-closed", {"date": -1})),
        receipt(("day-closed", {"date": 200_001})),
        receipt(("day-closed", {"date": "2025-10-08"})),
        Receipt(b"\x55" * 32, b"\x56" * 32, Rejected("wrong_day", 0, {"date": CLOSED})),
    ],
)
def test_what_does_not_close_a_day_last_certifies_nothing(last: Receipt) -> None:
    assert refusal(closing([*RECEIPTS, last])).step == "closing"


def test_the_receipt_must_be_of_the_same_block() -> None:
    assert verify(GENESIS, closing([CLOSE], shown=0)).height == 7
    assert refusal(closing([*RECEIPTS, CLOSE], shown=6)).step == "closing"
