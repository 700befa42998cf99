"""What is pledged or held of a matured bill is pledged or held of what was paid for it."""

import pytest

from amanat.ledger.claims import following, holds
from amanat.ledger.claims.holds import HOLDS, holds_for, holds_on
from amanat.ledger.claims.pledges import PLEDGES, pledges_on, pledges_to
from amanat.ledger.custody.accounts import Holding
from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import (
    AnyOperation,
    DeliverVersusPayment,
    EnforcePledge,
    ExecuteProposal,
    Issue,
    OpenHold,
    Pledge,
    PostHold,
    Redeem,
    RegisterOrder,
    ReleasePledge,
    SubstitutePledge,
    Transfer,
    VoidHold,
)
from amanat.ledger.orders.legal_orders import Direction, HoldingScope
from amanat.ledger.receipts import Event
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import HOLDINGS
from tests.ledger.court import (
    amount,
    at_start_of,
    lifted,
    notice_over,
    order,
    register,
    taking,
)
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE, START

MATURITY = START // DAY_MS + 84
UNIT = 500_000
EXPIRES = START + 200 * DAY_MS
LENT = "repo-7"
STOPPED_BILLS = HoldingScope("alpha", BILL, Direction.DEBIT)


@pytest.fixture
def desk() -> Desk:
    """The market, where alpha holds four units of the bill and no cash."""
    desk = desk_with_market()
    desk.do("mof, alpha", DeliverVersusPayment("mof-house", "alpha", BILL, 4 * UNIT, RUPEE, 1))
    desk.do("alpha", Transfer("alpha", "mof-house", RUPEE, 10**9 - 1))
    desk.do("sbp", Issue(RUPEE, "mof-house", 4 * UNIT))
    return desk


def pledged(desk: Desk, units: int, beneficiary: str = "beta") -> bytes:
    (event,) = desk.do("alpha", Pledge("alpha", BILL, units * UNIT, beneficiary, LENT))
    return bytes.fromhex(str(event.fields["pledge"]))


def held(desk: Desk, units: int, expires: int = EXPIRES, agent: str | None = None) -> bytes:
    (event,) = desk.do(
        "alpha", OpenHold("alpha", "gamma", BILL, units * UNIT, agent, expires, "deal-1")
    )
    return bytes.fromhex(str(event.fields["hold"]))


def matured(desk: Desk, *orders: RegisterOrder) -> None:
    if orders:
        register(desk, *orders)
    desk.wait_until(at_start_of(MATURITY))


def redeem(desk: Desk, units: int) -> list[Event]:
    """Redeem so many units of alpha's, and return what followed."""
    *events, last = desk.do("mof, sbp", Redeem(BILL, "alpha", units * UNIT, "mof-house"))
    assert last.name == "redeemed"
    return events


def by(event: Event) -> bytes:
    return bytes.fromhex(str(event.fields["by"]))


def reserved(desk: Desk, instrument: str) -> tuple[int, int]:
    """Return what alpha holds and what of it is reserved, in units of the bill's face."""
    there = desk.state.get(HOLDINGS, "alpha", instrument) or Holding(0, 0)
    return there.amount // UNIT, there.reserved // UNIT


def test_a_pledge_follows_to_the_payment(desk: Desk) -> None:
    before = pledged(desk, 3)
    matured(desk)
    (event,) = redeem(desk, 4)
    assert (event.name, event.fields) == (
        "pledge-followed",
        {
            "pledge": before.hex(),
            "by": by(event).hex(),
            "account": "alpha",
            "instrument": BILL,
            "ended": 3 * UNIT,
            "left": 0,
            "cash": RUPEE,
            "amount": 3 * UNIT,
            "orders": "",
        },
    )
    assert desk.state.get(PLEDGES, before) is None
    pledge = desk.state.get(PLEDGES, by(event))
    assert pledge is not None
    assert (pledge.account, pledge.instrument, pledge.amount) == ("alpha", RUPEE, 3 * UNIT)
    assert (pledge.beneficiary, pledge.reference) == ("beta", LENT)
    assert list(pledges_on("alpha", RUPEE).members(desk.state)) == [by(event).hex()]
    assert list(pledges_to("beta").members(desk.state)) == [by(event).hex()]
    assert pledges_on("alpha", BILL).count(desk.state) == 0
    assert reserved(desk, RUPEE) == (4, 3)


def test_its_owner_spends_the_rest_and_no_more(desk: Desk) -> None:
    pledged(desk, 3)
    matured(desk)
    redeem(desk, 4)
    assert desk.refused("alpha", Transfer("alpha", "gamma", RUPEE, UNIT + 1)) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {
            "account": "alpha",
            "instrument": RUPEE,
            "have": UNIT,
            "need": UNIT + 1,
            "reserved": 3 * UNIT,
        },
    )
    desk.do("alpha", Transfer("alpha", "gamma", RUPEE, UNIT))


def test_the_beneficiary_enforces_or_releases_it_as_before(desk: Desk) -> None:
    pledged(desk, 4)
    matured(desk)
    cash = by(redeem(desk, 4)[0])
    before = desk.held("beta", RUPEE)
    desk.do("beta, sbp", EnforcePledge(cash, UNIT, "beta"))
    desk.do("beta", ReleasePledge(cash, UNIT))
    assert desk.held("beta", RUPEE) == before + UNIT
    assert reserved(desk, RUPEE) == (3, 2)


def test_a_hold_follows_for_its_beneficiary_until_it_expires(desk: Desk) -> None:
    before = held(desk, 2, agent="custodian-b")
    matured(desk)
    (event,) = redeem(desk, 4)
    assert (event.name, event.fields) == (
        "hold-followed",
        {
            "hold": before.hex(),
            "by": by(event).hex(),
            "account": "alpha",
            "instrument": BILL,
            "ended": 2 * UNIT,
            "left": 0,
            "cash": RUPEE,
            "amount": 2 * UNIT,
            "orders": "",
        },
    )
    hold = desk.state.get(HOLDS, by(event))
    assert hold is not None
    assert (hold.target, hold.agent, hold.expires) == ("gamma", "custodian-b", EXPIRES)
    assert list(holds_on("alpha", RUPEE).members(desk.state)) == [by(event).hex()]
    assert list(holds_for("gamma").members(desk.state)) == [by(event).hex()]
    assert holds_on("alpha", BILL).count(desk.state) == 0
    there = desk.held("gamma", RUPEE)
    desk.do("custodian-b", PostHold(by(event), UNIT))
    assert desk.held("gamma", RUPEE) == there + UNIT
    desk.wait_until(EXPIRES)
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 3 * UNIT))
    assert reserved(desk, RUPEE) == (0, 0)


def test_a_hold_that_has_expired_is_none(desk: Desk) -> None:
    held(desk, 2, expires=START + DAY_MS)
    matured(desk)
    assert redeem(desk, 4) == []
    assert reserved(desk, RUPEE) == (4, 0)


def test_what_nobody_has_a_claim_on_goes_first_then_frozen_then_pledged_then_held(
    desk: Desk,
) -> None:
    held(desk, 1)
    pledged(desk, 1)
    matured(desk, order(amount(UNIT, instrument=BILL)))
    names = [[event.name for event in redeem(desk, 1)] for _ in range(4)]
    assert names == [[], ["freeze-followed"], ["pledge-followed"], ["hold-followed"]]
    assert reserved(desk, RUPEE) == (4, 2)
    assert desk.refused("alpha", Transfer("alpha", "beta", RUPEE, UNIT + 1))[1]["have"] == UNIT


def test_so_it_is_where_all_go_at_once(desk: Desk) -> None:
    held(desk, 1)
    pledged(desk, 1)
    matured(desk, order(amount(UNIT, instrument=BILL)))
    names = [event.name for event in redeem(desk, 4)]
    assert names == ["freeze-followed", "pledge-followed", "hold-followed"]
    assert reserved(desk, RUPEE) == (4, 2)


def test_a_pledge_of_which_some_is_redeemed_stays_for_the_rest(desk: Desk) -> None:
    first, second = pledged(desk, 3), pledged(desk, 1, "gamma")
    matured(desk)
    (event,) = redeem(desk, 2)
    assert (event.fields["ended"], event.fields["left"]) == (2 * UNIT, UNIT)
    left = desk.state.get(PLEDGES, first)
    assert left is not None
    assert left.amount == UNIT
    assert reserved(desk, BILL) == (2, 2)
    assert [each.fields["pledge"] for each in redeem(desk, 2)] == [first.hex(), second.hex()]
    assert (reserved(desk, BILL), reserved(desk, RUPEE)) == ((0, 0), (4, 4))


def test_holds_follow_in_the_order_in_which_they_expire(desk: Desk) -> None:
    late, soon = held(desk, 2, EXPIRES + 1), held(desk, 2)
    matured(desk)
    assert [event.fields["hold"] for event in redeem(desk, 3)] == [soon.hex(), late.hex()]


def test_an_issuers_own_pledged_units_do_not_end_unpaid(desk: Desk) -> None:
    left = 5_000_000_000 - 4 * UNIT
    desk.do("mof", Pledge("mof-house", BILL, UNIT, "beta", LENT))
    matured(desk)
    assert desk.refused("mof, sbp", Redeem(BILL, "mof-house", left, "mof-house")) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {
            "account": "mof-house",
            "instrument": BILL,
            "have": left - UNIT,
            "need": left,
            "reserved": UNIT,
        },
    )


def test_no_more_follows_than_is_there(desk: Desk) -> None:
    pledged(desk, 4)
    desk.do("sbp", Issue(RUPEE, "mof-house", UNIT))
    matured(desk)
    assert desk.refused("mof, sbp", Redeem(BILL, "alpha", 5 * UNIT, "mof-house")) == (
        RejectionCode.INSUFFICIENT_HOLDING,
        {"account": "alpha", "instrument": BILL, "have": 4 * UNIT, "need": 5 * UNIT},
    )


def test_more_claims_than_follow_at_once_follow_in_parts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CLAIMS_MAX", 2)
    for _ in range(3):
        pledged(desk, 1)
    held(desk, 1)
    matured(desk)
    assert desk.refused("mof, sbp", Redeem(BILL, "alpha", 4 * UNIT, "mof-house")) == (
        RejectionCode.TOO_MANY_CLAIMS,
        {"account": "alpha", "instrument": BILL, "may_follow": 2, "beyond": 2 * UNIT},
    )
    assert len(redeem(desk, 2)) == len(redeem(desk, 2)) == 2


def test_too_many_holds_on_the_cash_let_none_follow(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FOLLOWING_MAX", 2)
    assert holds.FOLLOWING_MAX == 2_000
    desk.do("gamma", Transfer("gamma", "alpha", RUPEE, 10))
    for _ in range(2):
        held(desk, 1)
        desk.do("alpha", OpenHold("alpha", "gamma", RUPEE, 5, None, EXPIRES, None))
    matured(desk)
    assert desk.refused("mof, sbp", Redeem(BILL, "alpha", 4 * UNIT, "mof-house")) == (
        RejectionCode.TOO_MUCH_HELD,
        {"would_be": 3, "may_be": 2},
    )


# A pledge or hold of a holding that an order stops as a whole.


def under_order(desk: Desk) -> tuple[bytes, bytes]:
    """Return the pledge and the hold on cash of one unit each, where the bills were stopped."""
    pledged(desk, 1)
    held(desk, 1)
    matured(desk, order(STOPPED_BILLS))
    pledge, hold, rest = redeem(desk, 4)
    assert [each.fields["orders"] for each in (pledge, hold, rest)] == ["court-1"] * 3
    assert (rest.name, rest.fields["amount"]) == ("freeze-followed", 2 * UNIT)
    return by(pledge), by(hold)


def refused_by_the_order(desk: Desk, signers: str, operation: AnyOperation) -> bool:
    return desk.refused(signers, operation) == (
        RejectionCode.STOPPED,
        {"order": "court-1", "scope": "holding", "account": "alpha", "instrument": BILL},
    )


def test_its_enforcement_still_waits_for_the_order(desk: Desk) -> None:
    pledge, hold = under_order(desk)
    assert refused_by_the_order(desk, "beta, sbp", EnforcePledge(pledge, UNIT, "beta"))
    assert refused_by_the_order(desk, "gamma", PostHold(hold, UNIT))
    desk.do("mof, sbp", lifted())
    desk.do("beta, sbp", EnforcePledge(pledge, UNIT, "beta"))
    desk.do("gamma", PostHold(hold, UNIT))
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 2 * UNIT))


@pytest.mark.parametrize("way", ["given up", "substituted", "expired"])
def test_what_is_given_up_of_it_stays_under_the_order(desk: Desk, way: str) -> None:
    pledge, hold = under_order(desk)
    desk.do("gamma", Transfer("gamma", "alpha", RUPEE, UNIT))
    match way:
        case "given up":
            desk.do("beta", ReleasePledge(pledge, UNIT))
            desk.do("gamma", VoidHold(hold))
        case "substituted":
            substitute = SubstitutePledge(pledge, UNIT, "alpha", RUPEE, UNIT)
            desk.do("alpha, beta", substitute)
        case _:
            desk.wait_until(EXPIRES)
    free = 0 if way == "substituted" else UNIT
    spends = Transfer("alpha", "beta", RUPEE, free + 1)
    code, figures = desk.refused("alpha", spends)
    assert (code, figures["have"]) == (RejectionCode.FROZEN, free)
    if free:
        desk.do("alpha", Transfer("alpha", "beta", RUPEE, free))


def test_what_is_given_up_after_the_order_is_free(desk: Desk) -> None:
    pledge, hold = under_order(desk)
    desk.do("mof, sbp", lifted())
    desk.do("beta", ReleasePledge(pledge, UNIT))
    desk.do("gamma", VoidHold(hold))
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 4 * UNIT))


def expired_under_order(desk: Desk) -> None:
    """Let alpha have four units of cash, all of them held until just now, under an order."""
    held(desk, 4)
    matured(desk, order(STOPPED_BILLS, seizable=4 * UNIT))
    (hold,) = redeem(desk, 4)
    assert (hold.name, hold.fields["orders"]) == ("hold-followed", "court-1")
    desk.wait_until(EXPIRES)


def test_a_hold_that_has_expired_has_left_all_of_it_frozen(desk: Desk) -> None:
    expired_under_order(desk)
    assert desk.refused("alpha", Transfer("alpha", "beta", RUPEE, 1)) == (
        RejectionCode.FROZEN,
        {
            "order": "court-1",
            "account": "alpha",
            "instrument": RUPEE,
            "frozen": 4 * UNIT,
            "have": 0,
            "need": 1,
        },
    )


def test_the_order_takes_what_a_hold_that_has_expired_held(desk: Desk) -> None:
    expired_under_order(desk)
    proposal = desk.propose("mof, sbp", (taking(4 * UNIT),), EXPIRES + 30 * DAY_MS)
    desk.wait_until(notice_over(desk))
    desk.do("sbp", ExecuteProposal(proposal))
    assert reserved(desk, RUPEE) == (0, 0)
