"""Mistakes that other token ledgers have made with freezes, recoveries and batches, each once."""

import pytest

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.custody.accounts import Holding
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey, Standing
from amanat.ledger.holdings import balances
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations import (
    AnyAct,
    Approve,
    BlockKeys,
    DeliverVersusPayment,
    ExecuteProposal,
    Propose,
    Redeem,
    ReplaceKeys,
    SetStanding,
    Transfer,
)
from amanat.ledger.rejections import DoorCode, RejectionCode
from amanat.ledger.state import FREEZES, HOLDINGS, ORDERS, State
from tests.ledger.court import CASH, amount, at_start_of, notice_over, order, register, taking
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, NOTICE, RUPEE, START, account, public_key

HELD = 1_000_000_000
NEXT = ParticipantKey(public_key("alpha next"), 1, None)
EXPIRES = START + 30 * DAY_MS
RECOVERED = START + NOTICE["replace-keys"] + 60_000
MATURITY = START // DAY_MS + 84


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def recover(desk: Desk) -> None:
    """Give alpha new keys, by decision of others and after notice."""
    proposal = desk.propose("mof, sbp", [ReplaceKeys("alpha", (NEXT,), 1)], EXPIRES)
    desk.wait_until(RECOVERED)
    desk.do("sbp", ExecuteProposal(proposal))


def test_no_more_is_frozen_than_is_held(desk: Desk) -> None:
    code, figures = desk.refused("sbp", order(amount(HELD + 1)))
    assert code == RejectionCode.FREEZES_TOO_MUCH
    assert (figures["would_freeze"], figures["may_freeze"]) == (HELD + 1, HELD)
    desk.do("sbp", order(amount(HELD)))
    assert desk.refused("sbp", order(amount(1), "court-2"))[1]["may_freeze"] == 0


def test_the_whole_is_frozen_however_much_of_it_is_frozen_already(desk: Desk) -> None:
    register(desk, order(amount(HELD)), order(CASH, "court-2"))


def test_a_transfer_to_oneself_unfreezes_nothing(desk: Desk) -> None:
    desk.do("sbp", order(amount(HELD), seizable=HELD))
    code, _ = desk.refused("alpha", Transfer("alpha", "alpha", RUPEE, HELD))
    assert code in (RejectionCode.SAME_ACCOUNT, RejectionCode.FROZEN)
    assert desk.refused("alpha", Transfer("alpha", "gamma", RUPEE, 1))[0] == RejectionCode.FROZEN


def test_nor_does_one_to_another_account_of_ones_own(desk: Desk) -> None:
    desk.do("custodian-b", account("alpha-2", "alpha", "custodian-b"))
    register(desk, order(CASH))
    out = Transfer("alpha", "alpha-2", RUPEE, 1)
    assert desk.refused("alpha", out)[0] == RejectionCode.STOPPED


def test_recovery_frees_nothing_that_is_frozen(desk: Desk) -> None:
    register(desk, order(amount(600)), order(CASH, "court-2", expires=START // DAY_MS + 20))
    places = ((HOLDINGS, "alpha", RUPEE), (FREEZES, "alpha", RUPEE), (ORDERS, "court-1"))
    before = [desk.state.get(*place) for place in places]
    recover(desk)
    assert [desk.state.get(*place) for place in places] == before
    out = Transfer("alpha", "gamma", RUPEE, 1)
    assert desk.refused("alpha next", out)[0] == RejectionCode.STOPPED
    desk.wait_until(at_start_of(START // DAY_MS + 21))
    all_of_it = Transfer("alpha", "gamma", RUPEE, HELD)
    assert desk.refused("alpha next", all_of_it)[1]["frozen"] == 600


def test_recovery_frees_nothing_that_is_reserved() -> None:
    state = State(desk_with_market().leader.tip.tree.get)
    place = Place(bytes(32), 1, START)
    execution = Execution(state, place, Consents(state, START, {}), transaction=bytes(32), keys=())
    balances.reserve(state, "alpha", RUPEE, 300)
    ReplaceKeys("alpha", (NEXT,), 1).apply(execution)
    assert state.get(HOLDINGS, "alpha", RUPEE) == Holding(HELD, 300)


@pytest.mark.parametrize("apart", [1, 2])
def test_the_same_account_twice_in_one_transaction_walks_around_no_freeze(
    desk: Desk, apart: int
) -> None:
    desk.do("sbp", order(amount(600)))
    half = Transfer("alpha", "gamma", RUPEE, (HELD - 600) // 2 + 1)
    between = [Transfer("gamma", "beta", RUPEE, 1)] * (apart - 1)
    code, figures = desk.refused("alpha, gamma", half, *between, half)
    assert (code, figures["order"]) == (RejectionCode.FROZEN, "court-1")


def test_nor_does_a_sale_and_its_way_back(desk: Desk) -> None:
    desk.do("sbp", order(amount(600)))
    buy = DeliverVersusPayment("mof-house", "alpha", BILL, 500_000, RUPEE, HELD - 600)
    back = DeliverVersusPayment("alpha", "mof-house", BILL, 500_000, RUPEE, HELD - 600)
    over = Transfer("alpha", "gamma", RUPEE, HELD - 599)
    code, _ = desk.refused("mof, alpha", buy, back, over)
    assert code == RejectionCode.FROZEN
    desk.do("mof, alpha", buy, back, buy)


def test_an_order_registered_in_a_transaction_stops_the_rest_of_it(desk: Desk) -> None:
    out = Transfer("alpha", "gamma", RUPEE, HELD)
    assert desk.refused("sbp, alpha", order(amount(1)), out)[0] == RejectionCode.FROZEN
    code, _ = desk.refused("sbp, alpha", out, order(amount(1)))
    assert code == RejectionCode.FREEZES_TOO_MUCH


def test_a_recovered_key_signs_nothing(desk: Desk) -> None:
    recover(desk)
    out = Transfer("alpha", "gamma", RUPEE, 1)
    assert desk.door(desk.writer.sign(["alpha"], out)) == DoorCode.KEY_ENDED
    desk.do("alpha next", out)


def test_what_a_recovered_key_approved_counts_no_more(desk: Desk) -> None:
    legs = [Transfer("alpha", "gamma", RUPEE, 5), Transfer("gamma", "alpha", RUPEE, 3)]
    proposal = desk.propose("alpha", legs, EXPIRES)
    recover(desk)
    (event,) = desk.do("gamma", Approve(proposal))
    assert event.name == "approval-added"
    assert desk.held("alpha", RUPEE) == HELD
    desk.do("alpha next", Approve(proposal))
    assert desk.held("alpha", RUPEE) == HELD - 2


def test_what_waits_out_its_notice_lacks_the_approval_of_a_recovered_key(desk: Desk) -> None:
    register(desk, order(amount(600), seizable=600))
    acts: list[AnyAct] = [taking(600), Transfer("alpha", "gamma", RUPEE, 1)]
    waiting = desk.propose("mof, sbp, alpha", acts, EXPIRES)
    recover(desk)
    assert desk.refused("sbp", ExecuteProposal(waiting)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "alpha"},
    )


@pytest.mark.parametrize("name", ["alpha", "beta"])
def test_nobody_gets_a_recovered_key_again(desk: Desk, name: str) -> None:
    recover(desk)
    again = ReplaceKeys(name, (ParticipantKey(public_key("alpha"), 1, None),), 1)
    assert desk.refused("mof, sbp", Propose((again,), EXPIRES)) == (
        RejectionCode.INVALID_KEYS,
        {"key": public_key("alpha").hex(), "problem": "it is dead"},
    )


def test_nothing_is_stuck_because_its_owner_may_no_longer_act(desk: Desk) -> None:
    """Neither its keys nor its standing are needed for what it is owed, or an order takes."""
    desk.do("mof, alpha", DeliverVersusPayment("mof-house", "alpha", BILL, 500_000, RUPEE, 500_000))
    register(desk, order(amount(600), seizable=600))
    desk.do("sbp", BlockKeys("alpha", (public_key("alpha"),)))
    desk.do("mof, sbp", SetStanding("alpha", Standing.SUSPENDED))
    taken = desk.propose("mof, sbp", [taking(600)], EXPIRES)
    desk.wait_until(notice_over(desk))
    desk.do("sbp", ExecuteProposal(taken))
    desk.wait_until(at_start_of(MATURITY))
    desk.do("mof, sbp", Redeem(BILL, "alpha", 500_000, "mof-house"))
    assert desk.held("alpha", RUPEE) == HELD - 600
