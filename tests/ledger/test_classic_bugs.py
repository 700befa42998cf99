"""Mistakes that other token ledgers have made with freezes, recoveries and batches, each once."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.claims.holds import HOLDS
from amanat.ledger.custody.accounts import Holding
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey, Standing
from amanat.ledger.holdings import balances
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations import (
    AnyAct,
    Approve,
    Attest,
    BlockKeys,
    DeliverVersusPayment,
    EnforcePledge,
    ExecuteProposal,
    Issue,
    MoveAccount,
    MoveClients,
    OpenHold,
    Pledge,
    PostHold,
    Propose,
    Redeem,
    ReleasePledge,
    ReplaceKeys,
    SetInstrumentStatus,
    SetStanding,
    SettleInstructions,
    Transfer,
    TransferBatch,
)
from amanat.ledger.operations.transfer_batch import Line
from amanat.ledger.rejections import DoorCode, RejectionCode
from amanat.ledger.settlement.instructions import Payment
from amanat.ledger.state import FREEZES, HOLDINGS, ORDERS, State
from tests.ledger.court import CASH, amount, at_start_of, notice_over, order, register, taking
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.trades import SALE, TODAY, matched
from tests.ledger.world import BILL, NOTICE, RUPEE, START, account, attestation, public_key

HELD = 1_000_000_000
NEXT = ParticipantKey(public_key("alpha next"), 1, None)
EXPIRES = START + 30 * DAY_MS
RECOVERED = START + NOTICE["replace-keys"] + 60_000
MATURITY = START // DAY_MS + 84
LATER = START + 120 * DAY_MS
UNIT = 500_000


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
    buy = DeliverVersusPayment("mof-house", "alpha", BILL, UNIT, RUPEE, HELD - 600)
    back = DeliverVersusPayment("alpha", "mof-house", BILL, UNIT, RUPEE, HELD - 600)
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
    desk.do("mof, alpha", DeliverVersusPayment("mof-house", "alpha", BILL, UNIT, RUPEE, UNIT))
    register(desk, order(amount(600), seizable=600))
    desk.do("sbp", BlockKeys("alpha", (public_key("alpha"),)))
    desk.do("mof, sbp", SetStanding("alpha", Standing.SUSPENDED))
    taken = desk.propose("mof, sbp", [taking(600)], EXPIRES)
    desk.wait_until(notice_over(desk))
    desk.do("sbp", ExecuteProposal(taken))
    desk.wait_until(at_start_of(MATURITY))
    desk.do("mof, sbp", Redeem(BILL, "alpha", UNIT, "mof-house"))
    assert desk.held("alpha", RUPEE) == HELD - 600


# The same id twice in a batch.


def test_the_same_account_twice_in_a_batch_walks_around_no_freeze(desk: Desk) -> None:
    register(desk, order(amount(600)))
    half = (HELD - 600) // 2 + 1
    for lines in (
        (Line("gamma", half), Line("gamma", half)),
        (Line("gamma", half), Line("beta", half)),
    ):
        code, figures = desk.refused("alpha", TransferBatch("alpha", RUPEE, lines))
        assert (code, figures["order"]) == (RejectionCode.FROZEN, "court-1")
    assert desk.held("alpha", RUPEE) == HELD
    both = (Line("gamma", half), Line("beta", half - 2))
    desk.do("alpha", TransferBatch("alpha", RUPEE, both))
    assert desk.held("alpha", RUPEE) == 600


def bought(desk: Desk, cash: int, reference: str) -> bytes:
    """Match a purchase by alpha for tomorrow; return the settlement."""
    purchase = replace(
        SALE,
        amount=UNIT,
        payment=Payment(RUPEE, cash),
        settlement_date=TODAY + 1,
        reference=reference,
    )
    return matched(desk, purchase).id


def test_two_instructions_in_one_run_walk_around_no_freeze(desk: Desk) -> None:
    half = (HELD - 600) // 2 + 1
    first, second = bought(desk, half, "sale-1"), bought(desk, half, "sale-2")
    register(desk, order(amount(600)))
    desk.wait_until(START + DAY_MS)
    events = desk.do("alpha", SettleInstructions((first, second)))
    assert [event.name for event in events][:2] == ["instruction-settled", "settlement-failed"]
    assert events[1].fields["code"] == RejectionCode.FROZEN
    assert desk.held("alpha", RUPEE) == HELD - half


def test_nor_does_one_instruction_that_is_named_twice(desk: Desk) -> None:
    half = (HELD - 600) // 2 + 1
    only = bought(desk, half, "sale-1")
    register(desk, order(amount(600)))
    desk.wait_until(START + DAY_MS)
    desk.refused("alpha", SettleInstructions((only, only)))
    desk.do("alpha", SettleInstructions((only,)))
    assert desk.held("alpha", RUPEE) == HELD - half


# An escrow that is stuck because somebody lost a permission.


REFUSING = (
    RejectionCode.SUSPENDED,
    RejectionCode.MISSING_SIGNATURE,
    RejectionCode.ATTESTATION_EXPIRED,
    RejectionCode.WRONG_STATUS,
)


def suspend(desk: Desk, name: str) -> None:
    desk.do("mof, sbp", SetStanding(name, Standing.SUSPENDED))


def attested(desk: Desk, name: str) -> None:
    """Attest an account for today alone, and wait until tomorrow."""
    custodian = {"alpha": "custodian-a", "gamma": "custodian-b"}[name]
    desk.do(custodian, Attest(name, attestation(expires=TODAY)))
    desk.wait_until(START + DAY_MS)


def closed(desk: Desk) -> None:
    suspend(desk, "custodian-a")
    desk.do("mof, sbp, cdc", MoveClients("custodian-a", "cdc", 9))


STUCK: dict[str, Callable[[Desk], object]] = {
    "the owner is suspended": lambda desk: suspend(desk, "alpha"),
    "the owner's custodian is suspended": lambda desk: suspend(desk, "custodian-a"),
    "the owner's keys are blocked": lambda desk: desk.do(
        "sbp", BlockKeys("alpha", (public_key("alpha"),))
    ),
    "the owner's attestation has expired": lambda desk: attested(desk, "alpha"),
    "the owner went to another custodian": lambda desk: desk.do(
        "alpha, custodian-b", MoveAccount("alpha", "custodian-b")
    ),
    "the owner is gone with a custodian that was closed": closed,
}
"""What may become of who has promised something, while others wait for it."""

LOST: dict[str, Callable[[Desk], object]] = {
    "who receives is suspended": lambda desk: suspend(desk, "gamma"),
    "its custodian is suspended": lambda desk: suspend(desk, "custodian-b"),
    "its attestation has expired": lambda desk: attested(desk, "gamma"),
    "the instrument is suspended": lambda desk: desk.do(
        "mof, sbp", SetInstrumentStatus(BILL, InstrumentStatus.SUSPENDED)
    ),
}
"""What may become of who is to receive it, or of what he is to receive."""


def promised(desk: Desk, expires: int = EXPIRES) -> tuple[bytes, bytes]:
    """Let alpha pledge a unit of the bill to gamma, and hold one for it; return the ids."""
    desk.do("mof, alpha", DeliverVersusPayment("mof-house", "alpha", BILL, 2 * UNIT, RUPEE, 1))
    pledge = Pledge("alpha", BILL, UNIT, "gamma", "loan-1")
    hold = OpenHold("alpha", "gamma", BILL, UNIT, None, expires, None)
    desk.do("sbp", Issue(RUPEE, "mof-house", 2 * UNIT))
    told = [desk.do("alpha", each)[0].fields for each in (pledge, hold)]
    return bytes.fromhex(str(told[0]["pledge"])), bytes.fromhex(str(told[1]["hold"]))


@pytest.mark.parametrize("what", STUCK)
def test_an_escrow_is_paid_out_whatever_becomes_of_its_owner(desk: Desk, what: str) -> None:
    pledge, hold = promised(desk)
    STUCK[what](desk)
    desk.do("gamma", PostHold(hold, UNIT))
    desk.do("gamma, sbp", EnforcePledge(pledge, UNIT, "gamma"))
    assert desk.held("gamma", BILL) == 2 * UNIT


@pytest.mark.parametrize("what", [*STUCK, *LOST])
def test_an_escrow_whose_time_is_over_holds_nothing(desk: Desk, what: str) -> None:
    _, hold = promised(desk)
    (STUCK | LOST)[what](desk)
    desk.wait_until(at_start_of(MATURITY))
    events = desk.do("mof, sbp", Redeem(BILL, "alpha", 2 * UNIT, "mof-house"))
    assert [event.name for event in events] == ["pledge-followed", "redeemed"]
    assert desk.state.get(HOLDS, hold) is None
    assert desk.state.get(HOLDINGS, "alpha", RUPEE) == Holding(HELD - 1 + 2 * UNIT, UNIT)


@pytest.mark.parametrize("what", LOST)
def test_an_escrow_that_cannot_be_paid_out_comes_back_to_its_owner(desk: Desk, what: str) -> None:
    pledge, hold = promised(desk)
    LOST[what](desk)
    assert desk.refused("gamma", PostHold(hold, UNIT))[0] in REFUSING
    signers = "mof, sbp" if what == "who receives is suspended" else "gamma"
    desk.do(signers, ReleasePledge(pledge, UNIT))
    desk.wait_until(EXPIRES)
    if what == "the instrument is suspended":
        desk.do("mof, sbp", SetInstrumentStatus(BILL, InstrumentStatus.ACTIVE))
    desk.do("alpha", Pledge("alpha", BILL, 2 * UNIT, "beta", "loan-2"))


def test_an_escrow_over_a_matured_bill_goes_on_in_cash(desk: Desk) -> None:
    promised(desk, LATER)
    desk.wait_until(at_start_of(MATURITY))
    pledge, hold, _ = desk.do("mof, sbp", Redeem(BILL, "alpha", 2 * UNIT, "mof-house"))
    suspend(desk, "alpha")
    desk.do("gamma, sbp", EnforcePledge(bytes.fromhex(str(pledge.fields["by"])), UNIT, "gamma"))
    desk.do("gamma", PostHold(bytes.fromhex(str(hold.fields["by"])), UNIT))
    assert desk.held("gamma", RUPEE) == HELD + 2 * UNIT
