"""Balance certificates: what an account held at the close of a business day."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from amanat.ledger.encoding import decode, encode
from amanat.ledger.receipts import Receipt
from amanat.node.proofs import BalanceCertificate
from amanat.verifier import ClosingBalance, verify
from amanat.verifier.sentences import claim
from tests.verifier.rehearsal import (
    ABSENT,
    BILL,
    BY_PROPOSAL,
    CLOSE,
    GENESIS,
    NOT_CLOSED,
    RECEIPTS,
    closing,
    refusal,
)

CERTIFICATE = closing()


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
    assert verify(GENESIS, BY_PROPOSAL).proved == verify(GENESIS, CERTIFICATE).proved


@pytest.mark.parametrize("why", NOT_CLOSED)
def test_what_does_not_close_a_day_as_the_last_of_its_block_certifies_nothing(why: str) -> None:
    assert refusal(NOT_CLOSED[why]).step == "closing"


def test_the_receipt_must_be_of_the_block_whose_state_is_shown() -> None:
    whole = decode(CERTIFICATE, BalanceCertificate)
    other = decode(closing([CLOSE]), BalanceCertificate)
    assert refusal(encode(replace(whole, receipt=other.receipt, path=other.path))).step == "receipt"
