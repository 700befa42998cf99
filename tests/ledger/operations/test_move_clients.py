"""The clients of a suspended custodian go to another one: all of them, batch after batch."""

import pytest

from amanat.ledger.custody.accounts import Account
from amanat.ledger.governance.participants import Role, Standing
from amanat.ledger.holdings.register import accounts_of, clients_of
from amanat.ledger.holdings.totals import Dimension, total
from amanat.ledger.moving.succession import SUCCESSIONS
from amanat.ledger.operations import (
    Attest,
    MoveAccount,
    MoveClients,
    SetLimits,
    SetRoles,
    SetRules,
    SetStanding,
    Transfer,
    move_clients,
)
from amanat.ledger.receipts import Applied, Event, Rejected
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import CustodianCap
from amanat.ledger.state import ACCOUNTS
from tests.ledger.desk import Desk
from tests.ledger.exchange import CLIENTS, LIMITS, desk_with_exchange, omnibus
from tests.ledger.rules.ruled import FACE, give, refused
from tests.ledger.world import BILL, account, attestation

SUSPEND = SetStanding("exchange", Standing.SUSPENDED)
ACCOUNTS_SERVED = [*CLIENTS, "pool"]


@pytest.fixture
def desk() -> Desk:
    """Every client of the exchange holds ten pieces; so do its pool of clients and it itself."""
    desk = desk_with_exchange()
    house = account("exchange-house", "exchange", "exchange", attestation(expires=None))
    desk.do("exchange", house, omnibus("pool", "exchange"))
    for name in ("exchange-house", *ACCOUNTS_SERVED):
        give(desk, "mof-house", name, 10)
    desk.do("mof, sbp", SUSPEND)
    return desk


def batch(most: int = 2, target: str = "custodian-b") -> MoveClients:
    return MoveClients("exchange", target, most)


def found(desk: Desk, name: str) -> Account:
    account = desk.state.get(ACCOUNTS, name)
    assert account is not None
    return account


def summary(events: list[Event]) -> tuple[int | str, int | str]:
    """Return how many accounts were moved, and how many are left."""
    assert events[-1].name == "clients-moved"
    return events[-1].fields["moved"], events[-1].fields["left"]


def test_the_first_move_and_the_event_says_how_many_are_left(desk: Desk) -> None:
    events = desk.do("mof, sbp, custodian-b", batch())
    assert [event.name for event in events] == ["account-moved", "account-moved", "clients-moved"]
    assert events[0].fields == {"account": "li", "source": "exchange", "target": "custodian-b"}
    assert events[-1].fields == {
        "source": "exchange",
        "target": "custodian-b",
        "moved": 2,
        "left": 2,
    }
    assert list(clients_of("exchange").members(desk.state)) == ["su", "pool"]


def test_once_decided_the_new_custodian_alone_moves_the_rest(desk: Desk) -> None:
    desk.do("mof, sbp, custodian-b", batch())
    assert summary(desk.do("custodian-b", batch())) == (2, 0)
    assert summary(desk.do("custodian-b", batch())) == (0, 0)
    assert {found(desk, name).custodian for name in ACCOUNTS_SERVED} == {"custodian-b"}


def test_everybody_holds_what_it_held_and_the_house_account_stays(desk: Desk) -> None:
    desk.do("mof, sbp, custodian-b", batch(1_000))
    assert [desk.held(name, BILL) for name in ACCOUNTS_SERVED] == [10 * FACE] * 4
    assert list(accounts_of("exchange").members(desk.state)) == ["exchange-house"]
    assert total(desk.state, BILL, Dimension.CUSTODIAN, "custodian-b") == 40 * FACE
    assert total(desk.state, BILL, Dimension.CUSTODIAN, "exchange") == 10 * FACE


def test_owners_act_at_once_with_their_own_keys(desk: Desk) -> None:
    assert refused(desk, "li", "alpha", 1)[0] == RejectionCode.SUSPENDED
    desk.do("mof, sbp, custodian-b", batch())
    give(desk, "li", "alpha", 1)
    give(desk, "mof-house", "li", 1)
    desk.do("custodian-b", Attest("li", attestation(jurisdiction="AE")))
    assert refused(desk, "su", "alpha", 1)[0] == RejectionCode.SUSPENDED


def test_an_omnibus_account_becomes_the_new_custodians(desk: Desk) -> None:
    desk.do("mof, sbp, custodian-b", batch(4))
    assert (found(desk, "pool").owner, found(desk, "li").owner) == ("custodian-b", "li")
    assert total(desk.state, BILL, Dimension.OWNER, "custodian-b") == 10 * FACE
    desk.do("custodian-b", Transfer("pool", "li", BILL, FACE))


def test_one_block_moves_one_batch(desk: Desk) -> None:
    """However many a transaction holds, and however many transactions there are."""
    too_many = (RejectionCode.ONE_BATCH_PER_BLOCK, {"source": "exchange"})
    assert desk.refused("mof, sbp, custodian-b", batch(1), batch(1)) == too_many
    desk.do("mof, sbp, custodian-b", batch(1))
    block = desk.block([desk.writer.sign(["custodian-b"], batch(1)) for _ in range(3)])
    outcomes = [receipt.outcome for receipt in block.receipts]
    assert [type(outcome) for outcome in outcomes] == [Applied, Rejected, Rejected]
    assert summary(desk.do("custodian-b", batch(9))) == (2, 0)


def test_a_client_that_left_by_itself_is_not_waited_for(desk: Desk) -> None:
    desk.do("li, custodian-a", MoveAccount("li", "custodian-a"))
    assert summary(desk.do("mof, sbp, custodian-b", batch(4))) == (3, 0)
    assert found(desk, "li").custodian == "custodian-a"


def test_clients_of_one_whose_role_was_revoked_are_moved_as_well(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("exchange", ()), SetStanding("exchange", Standing.ACTIVE))
    assert summary(desk.do("mof, sbp, custodian-b", batch(4))) == (4, 0)


@pytest.mark.parametrize("name", ["exchange", "custodian-a"])
def test_clients_of_one_that_serves_them_are_not_moved(desk: Desk, name: str) -> None:
    desk.do("mof, sbp", SetStanding("exchange", Standing.ACTIVE))
    assert desk.refused("mof, sbp, custodian-b", MoveClients(name, "custodian-b", 1)) == (
        RejectionCode.STILL_SERVES,
        {"participant": name},
    )


@pytest.mark.parametrize(
    "back",
    [
        (SetStanding("exchange", Standing.ACTIVE),),
        (
            SetRoles("exchange", ()),
            SetStanding("exchange", Standing.ACTIVE),
            SetRoles("exchange", (Role.CUSTODIAN,)),
        ),
    ],
)
def test_the_decision_ends_when_it_may_serve_again(
    desk: Desk, back: tuple[SetStanding | SetRoles, ...]
) -> None:
    desk.do("mof, sbp, custodian-b", batch(1))
    decided = desk.state.get(SUCCESSIONS, "exchange")
    assert decided is not None
    assert decided.successor == "custodian-b"
    desk.do("mof, sbp", *back)
    assert desk.state.get(SUCCESSIONS, "exchange") is None
    desk.do("mof, sbp", SUSPEND)
    code, figures = desk.refused("custodian-b", batch(1))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "move-clients")


def test_a_change_that_gives_nothing_back_ends_no_decision(desk: Desk) -> None:
    desk.do("mof, sbp, custodian-b", batch(1))
    desk.do("mof, sbp", SetRoles("exchange", (Role.AUDITOR,)))
    desk.do("custodian-b", batch(1))


def test_governance_may_decide_for_another_custodian_later(desk: Desk) -> None:
    desk.do("mof, sbp, custodian-b", batch(1))
    desk.do("mof, sbp, custodian-a", batch(1, "custodian-a"))
    code, figures = desk.refused("custodian-b", batch(1))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "move-clients")
    assert summary(desk.do("custodian-a", batch(9, "custodian-a"))) == (2, 0)


@pytest.mark.parametrize("signers", ["custodian-b", "mof, custodian-b", "cdc, sbp, custodian-b"])
def test_the_decision_is_taken_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, batch())
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "move-clients")


@pytest.mark.parametrize("signers", ["mof, sbp", "mof, sbp, exchange, custodian-a"])
def test_the_new_custodian_takes_them_on_by_its_signature(desk: Desk, signers: str) -> None:
    missing = (RejectionCode.MISSING_SIGNATURE, {"participant": "custodian-b"})
    assert desk.refused(signers, batch()) == missing
    desk.do("mof, sbp, custodian-b", batch(1))
    assert desk.refused(signers, batch()) == missing


def test_a_suspended_custodian_takes_nobody_on(desk: Desk) -> None:
    desk.do("mof, sbp, custodian-b", batch(1))
    desk.do("mof, sbp", SetStanding("custodian-b", Standing.SUSPENDED))
    assert desk.refused("custodian-b", batch(1))[0] == RejectionCode.MISSING_SIGNATURE


@pytest.mark.parametrize("name", ["alpha", "sbp"])
def test_who_is_no_custodian_takes_nobody_on(desk: Desk, name: str) -> None:
    assert desk.refused(f"mof, sbp, {name}" if name != "sbp" else "mof, sbp", batch(1, name)) == (
        RejectionCode.WRONG_ROLE,
        {"participant": name, "need": "custodian without limits"},
    )


def test_nor_does_one_with_limits_of_its_own(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("cdc", (Role.CUSTODIAN, Role.DISTRIBUTOR)))
    desk.do("mof, sbp", SetLimits("cdc", LIMITS))
    code, _ = desk.refused("mof, sbp, cdc", batch(1, "cdc"))
    assert code == RejectionCode.WRONG_ROLE


@pytest.mark.parametrize(
    "move", [MoveClients("nobody", "custodian-b", 1), MoveClients("exchange", "nobody", 1)]
)
def test_an_unknown_custodian_is_rejected(desk: Desk, move: MoveClients) -> None:
    assert desk.refused("mof, sbp, custodian-b", move) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


def test_a_cap_keeps_nobody_with_a_custodian_that_may_not_serve(desk: Desk) -> None:
    desk.do("mof, sbp", SetRules(BILL, (CustodianCap(5 * FACE),)))
    assert summary(desk.do("mof, sbp, custodian-b", batch(9))) == (4, 0)
    assert refused(desk, "mof-house", "gamma", 1)[0] == RejectionCode.CUSTODIAN_CAP


def test_what_one_transaction_moves_is_bounded_by_holdings_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_clients, "HOLDINGS_MAX", 3)
    assert summary(desk.do("mof, sbp, custodian-b", batch(1_000))) == (3, 1)
    assert summary(desk.do("custodian-b", batch(1_000))) == (1, 0)


def test_the_sentence_says_how_many(desk: Desk) -> None:
    assert batch().sentence(desk.state) == (
        "move the next 2 of the 4 client accounts of exchange to custodian-b, "
        "which may move the rest"
    )
    assert batch(most=4).sentence(desk.state) == (
        "move the 4 client accounts that exchange still has to custodian-b"
    )
