"""A client goes to another custodian, with all that it has; nobody holds it back."""

import pytest
from msgspec.structs import replace

from amanat.ledger.custody.accounts import Holding
from amanat.ledger.custody.served import served
from amanat.ledger.governance.participants import Role, Standing
from amanat.ledger.holdings import balances, register
from amanat.ledger.holdings.register import accounts_of, clients_of
from amanat.ledger.holdings.totals import Dimension, total
from amanat.ledger.operations import (
    Attest,
    MoveAccount,
    SetRoles,
    SetRules,
    SetStanding,
    Transfer,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import (
    AllowedJurisdictions,
    Blackout,
    CustodianCap,
    HolderCap,
    HolderCount,
    LockUp,
    MinimumHolding,
    Period,
    Velocity,
    Window,
)
from amanat.ledger.state import ACCOUNTS
from tests.ledger.desk import Desk
from tests.ledger.exchange import desk_with_exchange, omnibus
from tests.ledger.rules.ruled import FACE, give, refused
from tests.ledger.world import BILL, RUPEE, START, attestation

TODAY = START // 86_400_000
MOVE = MoveAccount("alpha", "custodian-b")
CLIENT = {"need": "the account of one client"}


@pytest.fixture
def desk() -> Desk:
    desk = desk_with_exchange()
    give(desk, "mof-house", "alpha", 10)
    return desk


def test_the_account_is_served_by_another_and_holds_what_it_held(desk: Desk) -> None:
    (event,) = desk.do("alpha, custodian-b", MOVE)
    assert (event.name, event.fields) == (
        "account-moved",
        {"account": "alpha", "source": "custodian-a", "target": "custodian-b"},
    )
    account = desk.state.get(ACCOUNTS, "alpha")
    assert account is not None
    assert (account.owner, account.custodian) == ("alpha", "custodian-b")
    assert (desk.held("alpha", BILL), desk.held("alpha", RUPEE)) == (10 * FACE, 1_000_000_000)
    give(desk, "alpha", "beta", 1)


def test_lists_and_totals_follow(desk: Desk) -> None:
    desk.do("alpha, custodian-b", MOVE)
    assert list(accounts_of("custodian-a").members(desk.state)) == ["beta"]
    assert list(clients_of("custodian-b").members(desk.state)) == ["gamma", "alpha"]
    assert total(desk.state, BILL, Dimension.CUSTODIAN, "custodian-a") == 0
    assert total(desk.state, BILL, Dimension.CUSTODIAN, "custodian-b") == 10 * FACE
    assert total(desk.state, BILL, Dimension.OWNER, "alpha") == 10 * FACE


def test_what_is_reserved_moves_with_it_and_stays_reserved(desk: Desk) -> None:
    state = desk.state
    balances.reserve(state, "alpha", BILL, 4 * FACE)
    before = state.get(ACCOUNTS, "alpha")
    assert before is not None
    register.change_account(state, before, replace(before, custodian="custodian-b"))
    assert balances.holding(state, "alpha", BILL) == Holding(10 * FACE, 4 * FACE)


@pytest.mark.parametrize(
    ("signers", "missing"),
    [
        ("custodian-b", "alpha"),
        ("custodian-a, custodian-b", "alpha"),
        ("mof, sbp", "alpha"),
        ("alpha", "custodian-b"),
        ("alpha, custodian-a", "custodian-b"),
    ],
)
def test_the_owner_and_the_new_custodian_sign(desk: Desk, signers: str, missing: str) -> None:
    assert desk.refused(signers, MOVE) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": missing},
    )


def test_a_suspended_custodian_lets_go_and_takes_nobody_on(desk: Desk) -> None:
    desk.do("mof, sbp", SetStanding("custodian-a", Standing.SUSPENDED))
    desk.do("alpha, custodian-b", MOVE)
    assert desk.refused("gamma, custodian-a", MoveAccount("gamma", "custodian-a")) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "custodian-a"},
    )


@pytest.mark.parametrize("name", ["beta", "mof", "sbp"])
def test_who_is_no_custodian_serves_nobody(desk: Desk, name: str) -> None:
    assert desk.refused(f"alpha, {name}", MoveAccount("alpha", name)) == (
        RejectionCode.WRONG_ROLE,
        {"participant": name, "need": "custodian"},
    )


def test_a_distributor_without_limits_serves_nobody(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("cdc", (Role.DISTRIBUTOR,)))
    assert desk.refused("alpha, cdc", MoveAccount("alpha", "cdc")) == (
        RejectionCode.NO_LIMITS,
        {"custodian": "cdc"},
    )


def test_an_unknown_account_or_custodian_is_rejected(desk: Desk) -> None:
    assert desk.refused("alpha, custodian-b", MoveAccount("nobody", "custodian-b")) == (
        RejectionCode.UNKNOWN_ACCOUNT,
        {"account": "nobody"},
    )
    assert desk.refused("alpha, custodian-b", MoveAccount("alpha", "nobody")) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


def test_it_goes_to_another_custodian_than_its_own(desk: Desk) -> None:
    assert desk.refused("alpha, custodian-a", MoveAccount("alpha", "custodian-a")) == (
        RejectionCode.INVALID_ACCOUNT,
        {"need": "another custodian"},
    )


def test_house_and_omnibus_accounts_are_their_custodians(desk: Desk) -> None:
    invalid = (RejectionCode.INVALID_ACCOUNT, CLIENT)
    assert desk.refused("mof, custodian-b", MoveAccount("mof-house", "custodian-b")) == invalid
    desk.do("exchange", omnibus("pool", "exchange"))
    assert desk.refused("exchange, custodian-b", MoveAccount("pool", "custodian-b")) == invalid


def test_the_new_custodians_limits_hold(desk: Desk) -> None:
    give(desk, "mof-house", "alpha", 41)
    give(desk, "mof-house", "po", 10)
    assert desk.refused("alpha, exchange", MoveAccount("alpha", "exchange")) == (
        RejectionCode.DISTRIBUTOR_LIMIT,
        {
            "custodian": "exchange",
            "limit": "instrument",
            "of": BILL,
            "would_hold": 61 * FACE,
            "may_hold": 60 * FACE,
        },
    )
    give(desk, "alpha", "beta", 1)
    desk.do("alpha, exchange", MoveAccount("alpha", "exchange"))
    assert served(desk.state, "exchange", RUPEE, "PK") == 50 * FACE
    desk.do("alpha, custodian-b", MOVE)
    assert served(desk.state, "exchange", RUPEE) == 10 * FACE


def test_the_cap_per_custodian_holds(desk: Desk) -> None:
    desk.do("mof, sbp", SetRules(BILL, (CustodianCap(10 * FACE),)))
    give(desk, "mof-house", "gamma", 1)
    assert desk.refused("alpha, custodian-b", MOVE) == (
        RejectionCode.CUSTODIAN_CAP,
        {"custodian": "custodian-b", "would_hold": 11 * FACE, "may_hold": 10 * FACE},
    )
    give(desk, "gamma", "mof-house", 1)
    desk.do("alpha, custodian-b", MOVE)


def test_rules_that_are_about_other_things_do_not_stand_in_its_way(desk: Desk) -> None:
    rules = (
        AllowedJurisdictions(("GB",)),
        Blackout((Window(TODAY, TODAY),)),
        HolderCap(FACE),
        HolderCount(1),
        LockUp(TODAY + 1),
        MinimumHolding(20 * FACE),
        Velocity(Period.DAY, FACE),
    )
    desk.do("mof, sbp", SetRules(BILL, rules))
    desk.do("alpha, custodian-b", MOVE)


def test_the_old_attestation_is_good_until_the_new_custodian_replaces_it(desk: Desk) -> None:
    desk.do("alpha, custodian-b", MOVE)
    give(desk, "mof-house", "alpha", 1)
    assert desk.refused("custodian-a", Attest("alpha", attestation())) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "custodian-b"},
    )
    desk.do("custodian-b", Attest("alpha", attestation(expires=TODAY)))


def test_it_is_attested_anew_in_the_same_transaction(desk: Desk) -> None:
    desk.do("alpha, custodian-b", MOVE, Attest("alpha", attestation(jurisdiction="AE")))
    assert total(desk.state, BILL, Dimension.JURISDICTION, "AE") == 10 * FACE


def test_the_suspension_of_its_old_custodian_no_longer_touches_it(desk: Desk) -> None:
    desk.do("mof, sbp", SetStanding("custodian-a", Standing.SUSPENDED))
    assert refused(desk, "alpha", "gamma", 1)[0] == RejectionCode.SUSPENDED
    desk.do("alpha, custodian-b", MOVE, Transfer("alpha", "gamma", BILL, FACE))


def test_the_sentence_says_from_whom_to_whom(desk: Desk) -> None:
    assert MOVE.sentence(desk.state) == (
        "move the account alpha from custodian-a to custodian-b with all that it holds"
    )
    assert MoveAccount("nobody", "cdc").sentence(desk.state) == (
        "move the account nobody to cdc with all that it holds"
    )
