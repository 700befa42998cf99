"""Of what a node shows, that alone is believed which was asked for and is proved."""

import msgspec
import pytest

from amanat.client.proofs import NotProved, Proofs
from tests.ledger.world import BILL
from tests.verifier.changing import AFTER, NETWORKS

NETWORK = next(iter(NETWORKS.values()))
PROOFS = Proofs.of(NETWORK.document)
FOUND = NETWORK.block(AFTER).receipts


def test_a_balance_is_of_the_holding_that_was_asked_for() -> None:
    bundle = NETWORK.balance(AFTER)
    held = PROOFS.balance(bundle, "mof-house", BILL)
    assert (held.amount, held.height, held.proof) == (5_000_000_000, AFTER, bundle)
    for account, instrument in (("mof-house", "PKR"), ("alpha", BILL)):
        with pytest.raises(NotProved, match="not what"):
            PROOFS.balance(bundle, account, instrument)
    with pytest.raises(NotProved, match="not what"):
        PROOFS.balance(NETWORK.receipt(2), "mof-house", BILL)


def test_a_receipt_is_of_the_transaction_and_has_the_events_that_were_proved() -> None:
    first = NETWORK.block(2).receipts[0]
    receipt = PROOFS.receipt(NETWORK.receipt(2), first.transaction)
    assert receipt.is_applied
    assert (receipt.height, receipt.transaction) == (2, first.transaction.hex())
    assert [each.name for each in receipt.events] == [
        "instrument-registered",
        "instrument-activated",
        "account-opened",
    ]
    with pytest.raises(NotProved, match="not what became of"):
        PROOFS.receipt(NETWORK.receipt(2), bytes(32))
    with pytest.raises(NotProved):
        PROOFS.receipt(NETWORK.balance(AFTER), first.transaction)


def test_what_another_network_proved_proves_nothing() -> None:
    document = NETWORK.document
    other = Proofs.of(msgspec.structs.replace(document, network="another"))
    with pytest.raises(NotProved):
        other.balance(NETWORK.balance(AFTER), "mof-house", BILL)
    assert other.chain != PROOFS.chain


@pytest.mark.parametrize("content", [b"", b"\xc0", b"garbage" * 100])
def test_garbage_proves_nothing(content: bytes) -> None:
    with pytest.raises(NotProved):
        PROOFS.balance(content, "mof-house", BILL)
    with pytest.raises(NotProved):
        PROOFS.receipt(content, bytes(32))
    with pytest.raises(NotProved):
        PROOFS.moment(content)
