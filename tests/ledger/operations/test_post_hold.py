"""Posting a hold: in full or in parts, and whoever was suspended since, nothing is stuck."""

import pytest

from amanat.ledger.claims.holds import HOLDS
from amanat.ledger.dates import DAY_MS, date_of
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import (
    AnyOperation,
    Attest,
    OpenHold,
    PostHold,
    SetStanding,
    Transfer,
)
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.operations.test_open_hold import reserved
from tests.ledger.world import BILL, RUPEE, START, attestation

CASH = 1_000_000_000
EXPIRES = START + 3 * DAY_MS


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def opened(desk: Desk, amount: int = 300, agent: str | None = None) -> bytes:
    """Alpha holds rupees for gamma."""
    hold = OpenHold("alpha", "gamma", RUPEE, amount, agent, EXPIRES, None)
    return bytes.fromhex(str(desk.do("alpha", hold)[0].fields["hold"]))


def suspend(name: str) -> SetStanding:
    return SetStanding(name, Standing.SUSPENDED)


def test_it_is_posted_in_parts_and_closed_by_the_last(desk: Desk) -> None:
    hold = opened(desk)
    (event,) = desk.do("gamma", PostHold(hold, 100))
    assert (event.name, event.fields) == (
        "hold-posted",
        {
            "hold": hold.hex(),
            "account": "alpha",
            "target": "gamma",
            "instrument": RUPEE,
            "amount": 100,
            "left": 200,
        },
    )
    assert (desk.held("gamma", RUPEE), reserved(desk)) == (CASH + 100, 200)
    desk.do("gamma", PostHold(hold, 200))
    assert (desk.held("alpha", RUPEE), desk.held("gamma", RUPEE)) == (CASH - 300, CASH + 300)
    assert reserved(desk) == 0
    assert desk.state.get(HOLDS, hold) is None
    assert desk.refused("gamma", PostHold(hold, 1)) == (
        RejectionCode.UNKNOWN_HOLD,
        {"hold": hold.hex()},
    )


def test_a_hold_on_all_that_there_is_is_posted_whole(desk: Desk) -> None:
    hold = opened(desk, CASH)
    desk.do("gamma", PostHold(hold, CASH))
    assert desk.held("alpha", RUPEE) == 0


def test_no_more_is_posted_than_is_held(desk: Desk) -> None:
    hold = opened(desk)
    assert desk.refused("gamma", PostHold(hold, 301)) == (
        RejectionCode.BEYOND_RESERVED,
        {"would_take": 301, "may_take": 300},
    )
    assert desk.refused("gamma", PostHold(hold, 200), PostHold(hold, 101)) == (
        RejectionCode.BEYOND_RESERVED,
        {"would_take": 101, "may_take": 100},
    )


@pytest.mark.parametrize("signer", ["alpha", "custodian-b", "sbp"])
def test_nobody_posts_it_but_the_owner_of_the_target(desk: Desk, signer: str) -> None:
    hold = opened(desk)
    assert desk.refused(signer, PostHold(hold, 1)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "gamma"},
    )


def test_where_an_agent_is_named_it_decides_alone(desk: Desk) -> None:
    hold = opened(desk, agent="cdc")
    assert desk.refused("gamma", PostHold(hold, 1)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "cdc"},
    )
    desk.do("cdc", PostHold(hold, 1))


def test_a_hold_ends_at_its_time_by_itself(desk: Desk) -> None:
    hold = opened(desk, CASH)
    desk.wait_until(EXPIRES - 1_000)
    desk.refused("alpha", Transfer("alpha", "beta", RUPEE, 1))
    desk.time = EXPIRES
    assert desk.refused("gamma", PostHold(hold, 1)) == (
        RejectionCode.HOLD_EXPIRED,
        {"expires": EXPIRES, "time": EXPIRES},
    )
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, CASH))
    assert desk.state.get(HOLDS, hold) is None


def test_at_its_time_what_was_held_is_free(desk: Desk) -> None:
    opened(desk, CASH)
    desk.time = EXPIRES
    desk.writer.valid_until = EXPIRES
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, CASH))


def test_what_another_hold_keeps_is_not_freed_by_the_end_of_one(desk: Desk) -> None:
    opened(desk, 300)
    later = OpenHold("alpha", "gamma", RUPEE, 200, None, EXPIRES + DAY_MS, None)
    desk.do("alpha", later)
    desk.wait_until(EXPIRES)
    code, figures = desk.refused("alpha", Transfer("alpha", "beta", RUPEE, CASH))
    assert (code, figures["have"], figures["reserved"]) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        CASH - 200,
        200,
    )


@pytest.mark.parametrize("suspended", ["alpha", "custodian-a"])
def test_what_was_promised_is_not_withheld_because_its_owner_is_suspended(
    desk: Desk, suspended: str
) -> None:
    hold = opened(desk)
    desk.do("mof, sbp", suspend(suspended))
    desk.do("gamma", PostHold(hold, 300))


@pytest.mark.parametrize(
    ("agent", "setback", "signers", "refusal"),
    [
        (None, suspend("gamma"), "mof, sbp", RejectionCode.MISSING_SIGNATURE),
        ("cdc", suspend("gamma"), "mof, sbp", RejectionCode.SUSPENDED),
        (None, suspend("custodian-b"), "mof, sbp", RejectionCode.SUSPENDED),
        ("cdc", suspend("cdc"), "mof, sbp", RejectionCode.MISSING_SIGNATURE),
        (
            None,
            Attest("gamma", attestation(expires=date_of(START))),
            "custodian-b",
            RejectionCode.ATTESTATION_EXPIRED,
        ),
    ],
)
def test_who_cannot_receive_waits_and_what_is_held_is_free_again_in_the_end(
    desk: Desk, agent: str | None, setback: AnyOperation, signers: str, refusal: RejectionCode
) -> None:
    hold = opened(desk, CASH, agent)
    desk.do(signers, setback)
    desk.wait_until(START + DAY_MS)
    assert desk.refused(agent or "gamma", PostHold(hold, 1))[0] == refusal
    desk.wait_until(EXPIRES)
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, CASH))


def test_a_part_is_a_multiple_of_the_denomination(desk: Desk) -> None:
    opening = OpenHold("mof-house", "alpha", BILL, 1_000_000, None, EXPIRES, None)
    hold = bytes.fromhex(str(desk.do("mof", opening)[0].fields["hold"]))
    assert desk.refused("alpha", PostHold(hold, 1)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": 1, "denomination": 500_000},
    )


def test_the_event_names_the_travel_data(desk: Desk) -> None:
    (event,) = desk.do("gamma", PostHold(opened(desk), 1, bytes(32)))
    assert event.fields["travel_data"] == bytes(32).hex()


def test_the_sentence_says_what_it_means(desk: Desk) -> None:
    hold = opened(desk)
    told = "post PKR 1.00 that alpha holds for gamma"
    assert PostHold(hold, 100).sentence(desk.state) == told
    assert PostHold(bytes(32), 100).sentence(desk.state) == (
        "post 100 of the hold 0000000000000000…, which is not open"
    )
