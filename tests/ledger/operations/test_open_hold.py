"""Opening a hold: the owner keeps part of a holding for another account, until a time."""

import pytest
from msgspec.structs import replace

from amanat.ledger.claims.holds import HOLD_MAX_MS, HOLDS, HOLDS_MAX, holds_for, holds_on
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import OpenHold, SetStanding, Transfer
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import HOLDINGS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE, START

CASH = 1_000_000_000
HOLD = OpenHold("alpha", "gamma", RUPEE, 300, None, START + DAY_MS, "escrow-1")


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def reserved(desk: Desk, account: str = "alpha", instrument: str = RUPEE) -> int:
    holding = desk.state.get(HOLDINGS, account, instrument)
    return 0 if holding is None else holding.reserved


def test_what_is_held_stays_where_it_is_and_cannot_move_otherwise(desk: Desk) -> None:
    (event,) = desk.do("alpha", HOLD)
    assert event.name == "hold-opened"
    identifier = str(event.fields["hold"])
    assert event.fields == {
        "hold": identifier,
        "account": "alpha",
        "target": "gamma",
        "instrument": RUPEE,
        "amount": 300,
        "agent": "",
        "expires": START + DAY_MS,
        "reference": "escrow-1",
    }
    assert (desk.held("alpha", RUPEE), reserved(desk)) == (CASH, 300)
    assert desk.refused("alpha", Transfer("alpha", "beta", RUPEE, CASH - 299)) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {
            "account": "alpha",
            "instrument": RUPEE,
            "have": CASH - 300,
            "need": CASH - 299,
            "reserved": 300,
        },
    )
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, CASH - 300))


def test_it_is_on_record_and_listed_for_both(desk: Desk) -> None:
    (event,) = desk.do("alpha", HOLD)
    identifier = str(event.fields["hold"])
    hold = desk.state.get(HOLDS, bytes.fromhex(identifier))
    assert hold is not None
    assert (hold.amount, hold.expires) == (300, START + DAY_MS)
    assert list(holds_on("alpha", RUPEE).members(desk.state)) == [identifier]
    assert list(holds_for("gamma").members(desk.state)) == [identifier]


def test_two_holds_of_one_proposal_are_two(desk: Desk) -> None:
    desk.propose("alpha", [HOLD, HOLD], START + DAY_MS)
    assert holds_on("alpha", RUPEE).count(desk.state) == 2
    assert reserved(desk) == 600


@pytest.mark.parametrize("signer", ["gamma", "custodian-a", "sbp"])
def test_the_owner_opens_it(desk: Desk, signer: str) -> None:
    assert desk.refused(signer, HOLD) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "alpha"},
    )


def test_no_more_is_held_than_is_free(desk: Desk) -> None:
    desk.do("alpha", HOLD)
    assert desk.refused("alpha", replace(HOLD, amount=CASH - 299)) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {
            "account": "alpha",
            "instrument": RUPEE,
            "have": CASH - 300,
            "need": CASH - 299,
            "reserved": 300,
        },
    )
    desk.do("alpha", replace(HOLD, amount=CASH - 300))


@pytest.mark.parametrize("expires", [START - 1, START, START + HOLD_MAX_MS + 5_000])
def test_it_begins_before_it_ends_and_does_not_last_for_ever(desk: Desk, expires: int) -> None:
    desk.time = START + 1_000
    assert desk.refused("alpha", replace(HOLD, expires=expires)) == (
        RejectionCode.INVALID_HOLD,
        {"expires": expires, "time": START + 1_000, "may": START + 1_000 + HOLD_MAX_MS},
    )


def test_the_longest_hold_is_opened(desk: Desk) -> None:
    desk.time = START + 1_000
    desk.do("alpha", replace(HOLD, expires=START + 1_000 + HOLD_MAX_MS))


def test_a_holding_has_so_many_holds_and_no_more(desk: Desk) -> None:
    desk.do("alpha", *[replace(HOLD, amount=1)] * HOLDS_MAX)
    assert desk.refused("alpha", replace(HOLD, amount=1)) == (
        RejectionCode.TOO_MUCH_HELD,
        {"would_be": HOLDS_MAX + 1, "may_be": HOLDS_MAX},
    )
    desk.wait_until(START + DAY_MS)
    desk.do("alpha", replace(HOLD, amount=CASH, expires=START + 2 * DAY_MS))


def test_a_bill_is_held_in_multiples_of_its_denomination(desk: Desk) -> None:
    assert desk.refused("mof", replace(HOLD, account="mof-house", instrument=BILL)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": 300, "denomination": 500_000},
    )


def test_nothing_is_held_for_an_account_that_may_not_receive(desk: Desk) -> None:
    desk.do("mof, sbp", SetStanding("custodian-b", Standing.SUSPENDED))
    assert desk.refused("alpha", HOLD) == (
        RejectionCode.SUSPENDED,
        {"participant": "custodian-b"},
    )


@pytest.mark.parametrize(
    ("operation", "code", "figures"),
    [
        (
            replace(HOLD, account="nobody"),
            RejectionCode.UNKNOWN_ACCOUNT,
            {"account": "nobody"},
        ),
        (replace(HOLD, target="nobody"), RejectionCode.UNKNOWN_ACCOUNT, {"account": "nobody"}),
        (replace(HOLD, target="alpha"), RejectionCode.SAME_ACCOUNT, {"account": "alpha"}),
        (
            replace(HOLD, instrument="USD"),
            RejectionCode.UNKNOWN_INSTRUMENT,
            {"instrument": "USD"},
        ),
        (
            replace(HOLD, agent="nobody"),
            RejectionCode.UNKNOWN_PARTICIPANT,
            {"participant": "nobody"},
        ),
    ],
)
def test_what_is_unknown_or_the_same_is_named(
    desk: Desk, operation: OpenHold, code: RejectionCode, figures: dict[str, str]
) -> None:
    assert desk.refused("alpha", operation) == (code, figures)


def test_the_sentence_says_until_when_and_at_whose_word(desk: Desk) -> None:
    told = "hold PKR 3.00 in alpha for gamma until 2026-01-02T00:00:00Z"
    assert HOLD.sentence(desk.state) == told
    assert replace(HOLD, agent="cdc").sentence(desk.state) == f"{told}, at the word of cdc"
