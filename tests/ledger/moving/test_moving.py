"""An account that moves, or is attested anew, takes along all that is promised of it and to it."""

import pytest
from msgspec.structs import replace

from amanat.ledger.claims.holds import holds_for, holds_on
from amanat.ledger.claims.pledges import pledges_on
from amanat.ledger.custody.accounts import Account, Holding
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import (
    Approve,
    Attest,
    CancelInstruction,
    CancelSettlement,
    EnforcePledge,
    EnterInstruction,
    MoveAccount,
    MoveClients,
    OpenHold,
    Pledge,
    PostHold,
    ReleasePledge,
    SetStanding,
    SettleInstructions,
    Transfer,
    VoidHold,
)
from amanat.ledger.orders.order_register import orders_on_account
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.settlement.instructions import CancelReason, Instruction, Payment, Priority, Side
from amanat.ledger.settlement.settlements import (
    instructions_against,
    instructions_of,
    settlements_of,
)
from amanat.ledger.state import ACCOUNTS, HOLDINGS
from tests.ledger.court import amount, order, register
from tests.ledger.exchange import desk_with_exchange, omnibus
from tests.ledger.rules.ruled import FACE, give
from tests.ledger.world import BILL, RUPEE, START, attestation

EXPIRES = START + 30 * DAY_MS
DAY = START // DAY_MS
ERROR = CancelReason.ERROR
OWNERS = {"alpha": "alpha", "pool": "custodian-a"}
WAYS = ("moved by its owner", "moved by decision", "attested")
MOVES = [("alpha", way) for way in WAYS] + [("pool", way) for way in WAYS[1:]]


def instruction(account: str, units: int, date: int) -> Instruction:
    """Return the sale of so many units by the account to gamma."""
    return Instruction(
        side=Side.DELIVER,
        account=account,
        counterparty="gamma",
        instrument=BILL,
        amount=units * FACE,
        payment=Payment(RUPEE, units * 100),
        settlement_date=date,
        priority=Priority.NORMAL,
        partial=False,
        tolerance=0,
        until=None,
        reference="sale-1",
        travel_data=None,
    )


class Encumbered:
    """An account that holds ten units: two pledged, two held, two frozen, and some on sale."""

    def __init__(self, account: str) -> None:
        self.desk, self.account = desk_with_exchange(), account
        self.owner = OWNERS[account]
        desk, owner = self.desk, self.owner
        desk.do("custodian-a", omnibus("pool", "custodian-a", "PK"))
        give(desk, "mof-house", account, 10)
        pledge = Pledge(account, BILL, 2 * FACE, "beta", "loan-1")
        hold = OpenHold(account, "gamma", BILL, 2 * FACE, None, EXPIRES, None)
        self.pledge = self._id(owner, pledge, "pledge")
        self.hold = self._id(owner, hold, "hold")
        towards = OpenHold("beta", account, RUPEE, 5, None, EXPIRES, None)
        self.towards = self._id("beta", towards, "hold")
        register(desk, order(amount(2 * FACE, account, BILL)))
        unmatched = EnterInstruction(instruction(account, 1, DAY))
        self.unmatched = self._id(owner, unmatched, "instruction")
        said = instruction(account, 4, DAY + 1)
        desk.do(owner, EnterInstruction(said))
        told = desk.do("gamma", EnterInstruction(mirrored(said)))
        matched = next(event for event in told if event.name == "instructions-matched")
        self.settlement = bytes.fromhex(str(matched.fields["settlement"]))

    def _id(self, signer: str, operation: Pledge | OpenHold | EnterInstruction, what: str) -> bytes:
        return bytes.fromhex(str(self.desk.do(signer, operation)[0].fields[what]))

    def goes(self, way: str) -> None:
        """Let it be served by custodian-b, or attested otherwise."""
        match way:
            case "moved by its owner":
                self.desk.do(f"{self.owner}, custodian-b", MoveAccount(self.account, "custodian-b"))
            case "moved by decision":
                self.desk.do("mof, sbp", SetStanding("custodian-a", Standing.SUSPENDED))
                self.desk.do("mof, sbp, custodian-b", MoveClients("custodian-a", "custodian-b", 9))
            case _:
                self.desk.do("custodian-a", Attest(self.account, attestation(jurisdiction="AE")))
                return
        if self.account == "pool":
            self.owner = "custodian-b"
        assert self.found().custodian == "custodian-b"

    def found(self) -> Account:
        account = self.desk.state.get(ACCOUNTS, self.account)
        assert account is not None
        return account


def mirrored(said: Instruction) -> Instruction:
    return replace(said, side=Side.RECEIVE, account=said.counterparty, counterparty=said.account)


@pytest.fixture(params=MOVES, ids=lambda move: f"{move[0]} {move[1]}")
def moved(request: pytest.FixtureRequest) -> Encumbered:
    account, way = request.param
    found = Encumbered(account)
    found.goes(way)
    return found


def test_nothing_is_freed(moved: Encumbered) -> None:
    desk, account = moved.desk, moved.account
    assert desk.state.get(HOLDINGS, account, BILL) == Holding(10 * FACE, 4 * FACE)
    assert moved.found().owner == moved.owner
    out = Transfer(account, "gamma", BILL, 5 * FACE)
    assert desk.refused(moved.owner, out) == (
        RejectionCode.FROZEN,
        {
            "order": "court-1",
            "account": account,
            "instrument": BILL,
            "frozen": 2 * FACE,
            "have": 4 * FACE,
            "need": 5 * FACE,
            "reserved": 4 * FACE,
        },
    )
    desk.do(moved.owner, replace(out, amount=4 * FACE))


def test_every_list_still_names_it(moved: Encumbered) -> None:
    state, account = moved.desk.state, moved.account
    assert list(pledges_on(account, BILL).members(state)) == [moved.pledge.hex()]
    assert list(holds_on(account, BILL).members(state)) == [moved.hold.hex()]
    assert list(holds_for(account).members(state)) == [moved.towards.hex()]
    assert list(orders_on_account(account).members(state)) == ["court-1"]
    assert list(instructions_of(account).members(state)) == [moved.unmatched.hex()]
    assert list(instructions_against("gamma").members(state)) == [moved.unmatched.hex()]
    assert list(settlements_of(account).members(state)) == [moved.settlement.hex()]


def test_claims_on_it_are_met(moved: Encumbered) -> None:
    desk = moved.desk
    desk.do("gamma", PostHold(moved.hold, FACE))
    desk.do("gamma", VoidHold(moved.hold))
    desk.do("beta", ReleasePledge(moved.pledge, FACE))
    assert desk.held("gamma", BILL) == FACE
    assert desk.state.get(HOLDINGS, moved.account, BILL) == Holding(9 * FACE, FACE)


def test_a_pledge_on_it_is_enforced(moved: Encumbered) -> None:
    desk = moved.desk
    desk.do("beta, sbp", EnforcePledge(moved.pledge, 2 * FACE, "beta"))
    assert desk.held("beta", BILL) == 2 * FACE


def test_what_was_held_for_it_its_owner_posts(moved: Encumbered) -> None:
    desk, before = moved.desk, moved.desk.held(moved.account, RUPEE)
    desk.do(moved.owner, PostHold(moved.towards, 5))
    assert desk.held(moved.account, RUPEE) == before + 5


def test_its_owner_cancels_what_is_open_and_no_former_owner_does(moved: Encumbered) -> None:
    desk = moved.desk
    cancel = CancelInstruction(moved.unmatched, ERROR)
    if moved.owner == "custodian-b":
        desk.do("mof, sbp", SetStanding("custodian-a", Standing.ACTIVE))
        assert desk.refused("custodian-a", cancel) == (
            RejectionCode.MISSING_SIGNATURE,
            {"participant": "custodian-b"},
        )
    desk.do(moved.owner, cancel)
    both = CancelSettlement(moved.settlement, ERROR)
    assert desk.do(moved.owner, both)[0].name == "cancellation-asked"
    assert desk.do("gamma", both)[0].name == "settlement-cancelled"


def test_what_is_matched_settles(moved: Encumbered) -> None:
    desk, before = moved.desk, moved.desk.held(moved.account, RUPEE)
    desk.wait_until((DAY + 1) * DAY_MS)
    desk.do("gamma", SettleInstructions((moved.settlement,)))
    assert desk.held("gamma", BILL) == 4 * FACE
    assert desk.held(moved.account, RUPEE) == before + 400


@pytest.mark.parametrize("account", OWNERS)
def test_a_former_owner_has_no_say_in_what_it_was_to_approve(account: str) -> None:
    """A proposal that the former owner of a pool approved asks the new one."""
    moved = Encumbered(account)
    desk, out = moved.desk, Transfer(account, "gamma", BILL, FACE)
    other = Transfer("gamma", "beta", RUPEE, 1)
    proposal = desk.propose(moved.owner, [out, other], EXPIRES)
    moved.goes("moved by decision")
    desk.do("mof, sbp", SetStanding("custodian-a", Standing.ACTIVE))
    desk.do("gamma", Approve(proposal))
    assert desk.held(account, BILL) == (10 if account == "pool" else 9) * FACE
