"""Many legs among many parties, in one transaction: all of them or none."""

from typing import Final

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import (
    AnyOperation,
    DeliverVersusPayment,
    EnterInstruction,
    OpenHold,
    Pledge,
    Transfer,
    TransferBatch,
)
from amanat.ledger.operations.transfer_batch import Line
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.trades import SALE
from tests.ledger.world import BILL, RUPEE, START

CASH = 1_000_000_000
FACE = 500_000
EVERYBODY = "mof, alpha, beta, gamma"
LEGS: Final[tuple[AnyOperation, ...]] = (
    DeliverVersusPayment("mof-house", "alpha", BILL, 2 * FACE, RUPEE, 900_000),
    DeliverVersusPayment("alpha", "beta", BILL, FACE, RUPEE, 460_000),
    DeliverVersusPayment("alpha", "gamma", BILL, FACE, RUPEE, 465_000),
    TransferBatch("mof-house", RUPEE, (Line("beta", 100), Line("gamma", 200))),
    Pledge("gamma", BILL, FACE, "beta", "margin-1"),
)
"""A dealer buys two bills and sells each on; fees go back; one bill is pledged on the way."""


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_a_dealer_sells_on_what_it_buys_in_the_same_step(desk: Desk) -> None:
    desk.do(EVERYBODY, *LEGS)
    assert (desk.held("beta", BILL), desk.held("gamma", BILL)) == (FACE, FACE)
    assert desk.held("alpha", BILL) == 0
    assert desk.held("alpha", RUPEE) == CASH - 900_000 + 460_000 + 465_000
    assert desk.held("mof-house", RUPEE) == 900_000 - 300
    assert desk.held("beta", RUPEE) == CASH - 460_000 + 100


@pytest.mark.parametrize("missing", ["mof", "alpha", "beta", "gamma"])
def test_every_party_must_consent(desk: Desk, missing: str) -> None:
    others = ", ".join(name for name in EVERYBODY.split(", ") if name != missing)
    assert desk.refused(others, *LEGS) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": missing},
    )


@pytest.mark.parametrize(
    "last",
    [
        Transfer("gamma", "beta", BILL, FACE),
        DeliverVersusPayment("beta", "alpha", BILL, 2 * FACE, RUPEE, 1),
        OpenHold("gamma", "beta", BILL, FACE, None, START + DAY_MS, None),
        TransferBatch("beta", RUPEE, (Line("alpha", CASH - 459_900), Line("alpha", 1))),
    ],
)
def test_a_last_leg_that_fails_undoes_all(desk: Desk, last: AnyOperation) -> None:
    """`Desk.refused` sees to it that nothing in the state has changed."""
    code, _ = desk.refused(EVERYBODY, *LEGS, EnterInstruction(SALE), last)
    assert code == RejectionCode.INSUFFICIENT_HOLDING
    assert desk.held("alpha", RUPEE) == CASH


def test_the_legs_count_in_their_order(desk: Desk) -> None:
    code, figures = desk.refused(EVERYBODY, *LEGS[1:], LEGS[0])
    assert (code, figures["account"]) == (RejectionCode.INSUFFICIENT_HOLDING, "alpha")
