"""Voiding a hold: who gains by it gives it up; after its time its owner may."""

import pytest

from amanat.ledger.claims.holds import HOLDS, holds_for, holds_on
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import SetStanding, Transfer, VoidHold
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.operations.test_open_hold import reserved
from tests.ledger.operations.test_post_hold import EXPIRES, opened
from tests.ledger.world import RUPEE

CASH = 1_000_000_000


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_who_gains_by_it_gives_it_up(desk: Desk) -> None:
    hold = opened(desk, CASH)
    (event,) = desk.do("gamma", VoidHold(hold))
    assert (event.name, event.fields) == (
        "hold-voided",
        {
            "hold": hold.hex(),
            "account": "alpha",
            "target": "gamma",
            "instrument": RUPEE,
            "amount": CASH,
        },
    )
    assert reserved(desk) == 0
    assert desk.state.get(HOLDS, hold) is None
    assert holds_on("alpha", RUPEE).count(desk.state) == 0
    assert holds_for("gamma").count(desk.state) == 0
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, CASH))


def test_an_agent_voids_it_too(desk: Desk) -> None:
    desk.do("cdc", VoidHold(opened(desk, agent="cdc")))
    desk.do("gamma", VoidHold(opened(desk, agent="cdc")))
    assert reserved(desk) == 0


@pytest.mark.parametrize("signer", ["alpha", "custodian-a", "custodian-b", "sbp", "cdc"])
def test_nobody_else_voids_it_before_its_time(desk: Desk, signer: str) -> None:
    hold = opened(desk)
    assert desk.refused(signer, VoidHold(hold)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "gamma"},
    )


def test_its_owner_does_once_it_has_expired(desk: Desk) -> None:
    hold = opened(desk)
    desk.do("mof, sbp", SetStanding("gamma", Standing.SUSPENDED))
    desk.wait_until(EXPIRES - 1_000)
    desk.refused("alpha", VoidHold(hold))
    desk.wait_until(EXPIRES)
    desk.do("alpha", VoidHold(hold))
    assert reserved(desk) == 0


def test_a_hold_that_is_not_open_is_named(desk: Desk) -> None:
    assert desk.refused("gamma", VoidHold(bytes(32))) == (
        RejectionCode.UNKNOWN_HOLD,
        {"hold": bytes(32).hex()},
    )


def test_the_sentence_says_what_it_means(desk: Desk) -> None:
    hold = opened(desk)
    told = "give PKR 3.00 back to alpha that it holds for gamma"
    assert VoidHold(hold).sentence(desk.state) == told
    assert VoidHold(bytes(32)).sentence(desk.state) == (
        "void the hold 0000000000000000…, which is not open"
    )
