"""An order takes what was pledged or held for a friend, if it names that claim."""

import pytest

from amanat.ledger.claims.holds import HOLDS
from amanat.ledger.claims.pledges import PLEDGES
from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import (
    EnforcePledge,
    ExecuteProposal,
    ForceTransfer,
    OpenHold,
    Pledge,
    PostHold,
    Propose,
    ReleasePledge,
    Transfer,
)
from amanat.ledger.receipts import Event
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import HOLDINGS
from tests.ledger.court import CASH, amount, notice_over, order, register, taking
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import RUPEE, START

HELD = 1_000_000_000
EXPIRES = START + 60 * DAY_MS


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def pledged(desk: Desk, of: int, beneficiary: str = "beta") -> bytes:
    (event,) = desk.do("alpha", Pledge("alpha", RUPEE, of, beneficiary, "favour-1"))
    return bytes.fromhex(str(event.fields["pledge"]))


def held(desk: Desk, of: int, expires: int = EXPIRES) -> bytes:
    (event,) = desk.do("alpha", OpenHold("alpha", "gamma", RUPEE, of, None, expires, None))
    return bytes.fromhex(str(event.fields["hold"]))


def take(desk: Desk, transfer: ForceTransfer) -> list[Event]:
    """Propose it, let its notice run, and return what it emits."""
    proposal = desk.propose("mof, sbp", [transfer], EXPIRES)
    desk.wait_until(notice_over(desk))
    return desk.do("sbp", ExecuteProposal(proposal))[1:]


def test_a_claim_that_is_named_gives_what_nothing_else_yields(desk: Desk) -> None:
    pledge, hold = pledged(desk, HELD - 500), held(desk, 300)
    register(desk, order(CASH, seizable=HELD))
    both = taking(HELD - 100, claims=(hold, pledge))
    assert [(event.name, event.fields) for event in take(desk, both)[:2]] == [
        (
            "claim-overridden",
            {
                "claim": hold.hex(),
                "account": "alpha",
                "instrument": RUPEE,
                "gains": "gamma",
                "amount": 300,
                "left": 0,
            },
        ),
        (
            "claim-overridden",
            {
                "claim": pledge.hex(),
                "account": "alpha",
                "instrument": RUPEE,
                "gains": "beta",
                "amount": HELD - 600,
                "left": 100,
            },
        ),
    ]
    assert desk.held("sbp-house", RUPEE) == HELD - 100
    left = desk.state.get(PLEDGES, pledge)
    assert left is not None
    assert left.amount == 100
    assert desk.state.get(HOLDS, hold) is None
    there = desk.state.get(HOLDINGS, "alpha", RUPEE)
    assert there is not None
    assert (there.amount, there.reserved) == (100, 100)


def test_what_is_free_goes_before_any_claim(desk: Desk) -> None:
    pledge = pledged(desk, 300)
    register(desk, order(CASH, seizable=HELD))
    (event,) = take(desk, taking(HELD - 300, claims=(pledge,)))
    assert event.name == "force-transferred"
    assert desk.state.get(PLEDGES, pledge) is not None


def test_a_claim_that_is_not_named_gives_nothing(desk: Desk) -> None:
    friend = pledged(desk, 400)
    pledged(desk, 300, "custodian-b")
    register(desk, order(CASH, seizable=HELD))
    transfer = taking(HELD - 299, claims=(friend,))
    assert desk.refused("mof, sbp", Propose((transfer,), EXPIRES)) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {
            "account": "alpha",
            "instrument": RUPEE,
            "have": HELD - 300,
            "need": HELD - 299,
            "reserved": 300,
        },
    )


def test_meanwhile_nobody_enforces_posts_or_makes_a_claim(desk: Desk) -> None:
    pledge, hold = pledged(desk, 300), held(desk, 300)
    register(desk, order(CASH, seizable=HELD))
    for signers, operation in (
        ("beta, sbp", EnforcePledge(pledge, 300, "beta")),
        ("gamma", PostHold(hold, 300)),
        ("alpha", Pledge("alpha", RUPEE, 1, "beta", "favour-1")),
    ):
        assert desk.refused(signers, operation)[0] == RejectionCode.STOPPED


def test_a_claim_that_is_gone_by_then_stands_in_nobodys_way(desk: Desk) -> None:
    pledge, hold = pledged(desk, HELD - 300), held(desk, 300, START + DAY_MS)
    register(desk, order(CASH, seizable=HELD))
    transfer = taking(HELD, claims=(pledge, hold))
    proposal = desk.propose("mof, sbp", [transfer], EXPIRES)
    desk.do("beta", ReleasePledge(pledge, HELD - 300))
    desk.wait_until(notice_over(desk))
    (_, event) = desk.do("sbp", ExecuteProposal(proposal))
    assert event.name == "force-transferred"
    assert desk.held("alpha", RUPEE) == 0


def test_a_claim_named_twice_or_on_another_holding_gives_once_or_nothing(desk: Desk) -> None:
    pledge = pledged(desk, HELD)
    (event,) = desk.do("beta", Pledge("beta", RUPEE, HELD, "alpha", "favour-2"))
    other = bytes.fromhex(str(event.fields["pledge"]))
    register(desk, order(CASH, seizable=2 * HELD))
    transfer = taking(HELD + 1, claims=(pledge, pledge, other))
    code, figures = desk.refused("mof, sbp", Propose((transfer,), EXPIRES))
    assert (code, figures["have"]) == (RejectionCode.INSUFFICIENT_HOLDING, HELD)
    take(desk, taking(HELD, claims=(pledge, pledge, other)))
    assert desk.state.get(PLEDGES, other) is not None


def test_what_another_order_freezes_is_still_obeyed(desk: Desk) -> None:
    pledge = pledged(desk, HELD - 300)
    register(desk, order(CASH, seizable=HELD), order(amount(300), "tax-1"))
    transfer = taking(HELD, claims=(pledge,))
    assert desk.refused("mof, sbp", Propose((transfer,), EXPIRES)) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {
            "account": "alpha",
            "instrument": RUPEE,
            "have": HELD - 300,
            "need": HELD,
            "frozen": 300,
        },
    )
    take(desk, taking(HELD, despite=("tax-1",), claims=(pledge,)))
    assert desk.held("alpha", RUPEE) == 0


def test_what_is_left_of_the_holding_is_as_free_as_it_was(desk: Desk) -> None:
    pledge = pledged(desk, HELD - 300)
    register(desk, order(amount(300), seizable=300))
    take(desk, taking(300, claims=(pledge,)))
    assert desk.refused("alpha", Transfer("alpha", "beta", RUPEE, 1))[1]["reserved"] == HELD - 300


def test_the_sentence_names_the_claims(desk: Desk) -> None:
    pledge = pledged(desk, 300)
    sentence = taking(5, despite=("tax-1",), claims=(pledge,)).sentence(desk.state)
    assert sentence.endswith(f", by the order court-1, before tax-1, {pledge.hex()[:16]}…")
