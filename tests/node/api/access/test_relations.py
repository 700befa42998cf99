"""Who may read, from the state alone."""

import pytest

from amanat.ledger.governance.participants import Role, Standing
from amanat.ledger.operations import SetRoles, SetStanding
from amanat.node.api.access.relations import (
    EVERY_PARTICIPANT,
    NOBODY_ELSE,
    PUBLIC,
    Grant,
    Subject,
    grant,
)
from tests.ledger.desk import Desk, desk_with_market

ALPHA = Subject(accounts=frozenset(["alpha", "nobody"]))


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_an_account_is_for_its_owner_and_its_custodian(desk: Desk) -> None:
    grants = {
        name: grant(desk.state, name, ALPHA)
        for name in ("alpha", "custodian-a", "beta", "custodian-b", "mof", "sbp", "nobody", None)
    }
    assert grants.pop("alpha") is Grant.OWNER
    assert grants.pop("custodian-a") is Grant.CUSTODIAN
    assert set(grants.values()) == {None}


@pytest.mark.parametrize("role", [Role.REGULATOR, Role.AUDITOR])
def test_by_its_role_a_supervisor_reads_everything(desk: Desk, role: Role) -> None:
    desk.do("mof, sbp", SetRoles("cdc", (role,)))
    for subject in (ALPHA, NOBODY_ELSE, EVERY_PARTICIPANT, Subject()):
        given = grant(desk.state, "cdc", subject)
        assert given is Grant(role.value)
        assert given.is_supervision
    own = grant(desk.state, "cdc", Subject(participants=frozenset(["cdc"])))
    assert own is Grant.CONCERNED
    assert not own.is_supervision


def test_what_concerns_a_role_is_for_those_who_have_it(desk: Desk) -> None:
    subject = Subject(roles=frozenset([Role.ISSUER]))
    assert grant(desk.state, "mof", subject) is Grant.CONCERNED
    assert grant(desk.state, "sbp", subject) is None


def test_what_is_for_participants_is_for_no_one_else(desk: Desk) -> None:
    assert grant(desk.state, "beta", EVERY_PARTICIPANT) is Grant.PARTICIPANT
    assert grant(desk.state, "nobody", EVERY_PARTICIPANT) is None
    assert grant(desk.state, None, EVERY_PARTICIPANT) is None
    assert grant(desk.state, None, PUBLIC) is Grant.ANYONE


def test_one_that_is_suspended_reads_what_is_public(desk: Desk) -> None:
    desk.do("mof, sbp", SetStanding("custodian-a", Standing.SUSPENDED))
    assert grant(desk.state, "custodian-a", ALPHA) is None
    assert grant(desk.state, "custodian-a", EVERY_PARTICIPANT) is None
    assert grant(desk.state, "custodian-a", PUBLIC) is Grant.ANYONE
