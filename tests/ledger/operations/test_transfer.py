"""Transfers, free of payment."""

import pytest

from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.operations import Issue, Transfer
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_the_owner_moves_what_the_account_holds(desk: Desk) -> None:
    (event,) = desk.do("alpha", Transfer("alpha", "beta", RUPEE, 300))
    assert desk.held("alpha", RUPEE) == 1_000_000_000 - 300
    assert desk.held("beta", RUPEE) == 1_000_000_000 + 300
    assert (event.operation, event.name) == (0, "transferred")
    assert event.fields == {
        "source": "alpha",
        "target": "beta",
        "instrument": RUPEE,
        "amount": 300,
    }


def test_the_event_names_the_travel_data(desk: Desk) -> None:
    (event,) = desk.do("alpha", Transfer("alpha", "gamma", RUPEE, 300, bytes(32)))
    assert event.fields["travel_data"] == bytes(32).hex()


def test_a_transfer_leaves_the_supply_as_it_was(desk: Desk) -> None:
    before = desk.supply(RUPEE)
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 300))
    assert desk.supply(RUPEE) == before


def test_a_holding_that_is_emptied_is_not_kept(desk: Desk) -> None:
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 1_000_000_000))
    keys = [key for key, _ in desk.leader.tip.tree.items()]
    assert not any(b"holding" in key and b"alpha" in key for key in keys)
    assert any(b"holding" in key and b"beta" in key for key in keys)


def test_a_transfer_beyond_the_balance_is_rejected_with_what_there_is(desk: Desk) -> None:
    assert desk.refused("alpha", Transfer("alpha", "beta", RUPEE, 1_000_000_001)) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {"account": "alpha", "instrument": RUPEE, "have": 1_000_000_000, "need": 1_000_000_001},
    )


@pytest.mark.parametrize("signer", ["beta", "custodian-a", "sbp", "mof"])
def test_nobody_but_the_owner_moves_a_holding(desk: Desk, signer: str) -> None:
    assert desk.refused(signer, Transfer("alpha", "beta", RUPEE, 1)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "alpha"},
    )


def test_an_unknown_source_is_rejected(desk: Desk) -> None:
    assert desk.refused("alpha", Transfer("nobody", "beta", RUPEE, 1)) == (
        RejectionCode.UNKNOWN_ACCOUNT,
        {"account": "nobody"},
    )


def test_an_unknown_target_is_rejected(desk: Desk) -> None:
    assert desk.refused("alpha", Transfer("alpha", "nobody", RUPEE, 1)) == (
        RejectionCode.UNKNOWN_ACCOUNT,
        {"account": "nobody"},
    )


def test_an_unknown_instrument_is_rejected(desk: Desk) -> None:
    assert desk.refused("alpha", Transfer("alpha", "beta", "USD", 1)) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "USD"},
    )


def test_an_account_cannot_transfer_to_itself(desk: Desk) -> None:
    assert desk.refused("alpha", Transfer("alpha", "alpha", RUPEE, 1)) == (
        RejectionCode.SAME_ACCOUNT,
        {"account": "alpha"},
    )


@pytest.mark.parametrize("amount", [1, 499_999, 500_001, 5_000_000_000 - 1])
def test_a_bill_moves_in_multiples_of_its_denomination(desk: Desk, amount: int) -> None:
    assert desk.refused("mof", Transfer("mof-house", "alpha", BILL, amount)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": amount, "denomination": 500_000},
    )


def test_the_smallest_denomination_of_a_bill_moves(desk: Desk) -> None:
    desk.do("mof", Transfer("mof-house", "alpha", BILL, 500_000))
    assert desk.held("alpha", BILL) == 500_000


def test_the_largest_amount_can_be_held_and_moved_whole(desk: Desk) -> None:
    rest = AMOUNT_MAX - 3 * 1_000_000_000
    desk.do("sbp", Issue(RUPEE, "sbp-house", rest))
    for client in ("alpha", "beta", "gamma"):
        desk.do(client, Transfer(client, "sbp-house", RUPEE, 1_000_000_000))
    assert desk.held("sbp-house", RUPEE) == AMOUNT_MAX
    desk.do("sbp", Transfer("sbp-house", "alpha", RUPEE, AMOUNT_MAX))
    assert desk.held("alpha", RUPEE) == AMOUNT_MAX
