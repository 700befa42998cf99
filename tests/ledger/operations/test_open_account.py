"""Accounts are opened by the custodian that serves them."""

import pytest

from amanat.ledger.custody.limits import Limits
from amanat.ledger.operations import Issue, SetLimits, SetRoles
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import ACCOUNTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.exchange import omnibus, register
from tests.ledger.world import RUPEE, account


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_a_custodian_opens_an_account_of_its_client(desk: Desk) -> None:
    (event,) = desk.do("custodian-a", account("second", "alpha", "custodian-a"))
    assert desk.state.get(ACCOUNTS, "second") == account("second", "alpha", "custodian-a").account
    assert event.name == "account-opened"
    assert event.fields == {"account": "second", "owner": "alpha", "custodian": "custodian-a"}


def test_a_new_account_holds_nothing(desk: Desk) -> None:
    desk.do("custodian-a", account("second", "alpha", "custodian-a"))
    assert desk.held("second", RUPEE) == 0


@pytest.mark.parametrize("house", ["mof", "sbp", "cdc", "custodian-a"])
def test_issuer_central_bank_and_custodians_serve_themselves(desk: Desk, house: str) -> None:
    desk.do(house, account("own", house, house))


def test_a_distributor_serves_itself_and_clients_once_its_limits_are_set(desk: Desk) -> None:
    desk.do("mof, sbp", register())
    house = account("exchange-house", "exchange", "exchange")
    for opening in (house, account("second", "alpha", "exchange"), omnibus("pool", "exchange")):
        assert desk.refused("exchange", opening) == (
            RejectionCode.NO_LIMITS,
            {"custodian": "exchange"},
        )
    desk.do("mof, sbp", SetLimits("exchange", Limits((), (), ())))
    desk.do("exchange", house, account("second", "alpha", "exchange"), omnibus("pool", "exchange"))


def test_one_without_its_role_opens_nothing_any_more(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("custodian-a", ()))
    assert desk.refused("custodian-a", account("second", "alpha", "custodian-a")) == (
        RejectionCode.WRONG_ROLE,
        {"participant": "custodian-a", "need": "custodian"},
    )


def test_a_holder_does_not_serve_itself(desk: Desk) -> None:
    assert desk.refused("alpha", account("own", "alpha", "alpha")) == (
        RejectionCode.WRONG_ROLE,
        {"participant": "alpha", "need": "custodian"},
    )


@pytest.mark.parametrize("server", ["mof", "sbp"])
def test_issuer_and_central_bank_serve_nobody_else(desk: Desk, server: str) -> None:
    assert desk.refused(server, account("second", "alpha", server)) == (
        RejectionCode.WRONG_ROLE,
        {"participant": server, "need": "custodian"},
    )


def test_not_even_an_institution_is_served_by_a_holder(desk: Desk) -> None:
    assert desk.refused("alpha, sbp", account("second", "sbp", "alpha")) == (
        RejectionCode.WRONG_ROLE,
        {"participant": "alpha", "need": "custodian"},
    )


def test_the_custodian_named_must_sign(desk: Desk) -> None:
    assert desk.refused("custodian-b, alpha", account("second", "alpha", "custodian-a")) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "custodian-a"},
    )


@pytest.mark.parametrize(("owner", "custodian"), [("nobody", "cdc"), ("alpha", "nobody")])
def test_owner_and_custodian_must_be_known(desk: Desk, owner: str, custodian: str) -> None:
    assert desk.refused("cdc", account("second", owner, custodian)) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


def test_an_account_that_is_open_keeps_its_owner(desk: Desk) -> None:
    assert desk.refused("custodian-b", account("alpha", "gamma", "custodian-b")) == (
        RejectionCode.ALREADY_EXISTS,
        {"account": "alpha"},
    )
    desk.do("sbp", Issue(RUPEE, "alpha", 1))
    assert desk.state.get(ACCOUNTS, "alpha") == account("alpha", "alpha", "custodian-a").account
