"""Roles are granted and revoked under dual control, and count at once."""

import pytest

from amanat.ledger.governance.participants import Role
from amanat.ledger.operations import CloseDay, SetPolicy, SetRoles
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import PARTICIPANTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import account, holder, participant, policy


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_a_granted_role_counts_from_the_next_operation_on(desk: Desk) -> None:
    desk.refused("alpha", holder("delta"))
    (event, _) = desk.do(
        "mof, sbp, alpha", SetRoles("alpha", (Role.CUSTODIAN, Role.HOLDER)), holder("delta")
    )
    assert (event.name, event.fields) == (
        "roles-set",
        {"participant": "alpha", "roles": "custodian,holder"},
    )
    desk.do("alpha", account("delta", "delta", "alpha"))


def test_a_revoked_role_counts_no_more(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("custodian-a", ()))
    assert desk.refused("custodian-a", holder("delta"))[0] == RejectionCode.MISSING_APPROVAL
    assert desk.refused("custodian-a", account("second", "alpha", "custodian-a")) == (
        RejectionCode.WRONG_ROLE,
        {"participant": "custodian-a", "need": "custodian"},
    )


def test_another_policy_may_come_to_ask_for_more_than_there_are(desk: Desk) -> None:
    """Its act waits until somebody else has the role."""
    asked = policy("close-day", (Role.CENTRAL_BANK, 1), (Role.CUSTODIAN, 5))
    desk.do("mof, sbp", SetPolicy(asked), SetRoles("custodian-a", ()))
    day = CloseDay(desk.business_date)
    signers = "sbp, cdc, custodian-a, custodian-b, custodian-c, custodian-d"
    assert desk.refused(signers, day)[0] == RejectionCode.MISSING_APPROVAL
    desk.do("mof, sbp", SetRoles("custodian-a", (Role.CUSTODIAN,)))
    assert desk.refused(signers, day)[0] == RejectionCode.WRONG_DAY


def test_the_policy_of_roles_itself_may_not(desk: Desk) -> None:
    asked = policy("set-roles", (Role.CENTRAL_BANK, 1), (Role.ISSUER, 1), (Role.CUSTODIAN, 5))
    desk.do("mof, sbp", SetPolicy(asked))
    everybody = "mof, sbp, cdc, custodian-a, custodian-b, custodian-c, custodian-d"
    assert desk.refused(everybody, SetRoles("custodian-a", ())) == (
        RejectionCode.NOBODY_TO_SET_ROLES,
        {"role": "custodian"},
    )
    desk.do(everybody, SetRoles("alpha", (Role.CUSTODIAN,)), SetRoles("custodian-a", ()))


def test_only_the_roles_change(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("alpha", (Role.AUDITOR,)))
    assert desk.state.get(PARTICIPANTS, "alpha") == participant("alpha", Role.AUDITOR)


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", "custodian-a, custodian-b, cdc"])
def test_roles_are_set_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, SetRoles("alpha", (Role.CENTRAL_BANK,)))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "set-roles")


def test_an_unknown_participant_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetRoles("nobody", ())) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


@pytest.mark.parametrize("roles", [(Role.HOLDER, Role.CUSTODIAN), (Role.HOLDER, Role.HOLDER)])
def test_roles_are_sorted_and_named_once(desk: Desk, roles: tuple[Role, ...]) -> None:
    assert desk.refused("mof, sbp", SetRoles("alpha", roles)) == (
        RejectionCode.WRONG_ROLE,
        {"need": "roles sorted, each once"},
    )
