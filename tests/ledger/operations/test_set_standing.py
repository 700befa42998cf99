"""A suspended participant signs for nothing, and nothing moves where it owns or serves."""

import pytest

from amanat.ledger.governance.participants import Role, Standing
from amanat.ledger.operations import SetPolicy, SetRoles, SetStanding, Transfer
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import RUPEE, account, holder, policy


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def suspend(name: str) -> SetStanding:
    return SetStanding(name, Standing.SUSPENDED)


def test_the_event_says_how_it_stands(desk: Desk) -> None:
    (event,) = desk.do("mof, sbp", suspend("alpha"))
    assert (event.name, event.fields) == (
        "standing-set",
        {"participant": "alpha", "standing": "suspended"},
    )


def test_the_signature_of_a_suspended_participant_counts_for_nothing(desk: Desk) -> None:
    desk.do("mof, sbp", suspend("custodian-a"))
    assert desk.refused("custodian-a", holder("delta"))[0] == RejectionCode.MISSING_APPROVAL
    assert desk.refused("custodian-a", account("second", "alpha", "custodian-a")) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "custodian-a"},
    )


@pytest.mark.parametrize(
    ("suspended", "signer", "source", "target"),
    [
        ("custodian-a", "alpha", "alpha", "gamma"),
        ("custodian-a", "gamma", "gamma", "alpha"),
        ("alpha", "gamma", "gamma", "alpha"),
    ],
)
def test_nothing_moves_out_of_or_into_its_accounts(
    desk: Desk, suspended: str, signer: str, source: str, target: str
) -> None:
    desk.do("mof, sbp", suspend(suspended))
    move = Transfer(source, target, RUPEE, 1)
    assert desk.refused(signer, move) == (RejectionCode.SUSPENDED, {"participant": suspended})
    desk.do("mof, sbp", SetStanding(suspended, Standing.ACTIVE))
    desk.do(signer, move)


def test_a_suspended_owner_sends_nothing(desk: Desk) -> None:
    desk.do("mof, sbp", suspend("alpha"))
    assert desk.refused("alpha", Transfer("alpha", "gamma", RUPEE, 1)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "alpha"},
    )


@pytest.mark.parametrize(("name", "role"), [("sbp", "central_bank"), ("mof", "issuer")])
def test_the_last_with_a_sovereign_role_is_never_suspended(
    desk: Desk, name: str, role: str
) -> None:
    assert desk.refused("mof, sbp", suspend(name)) == (
        RejectionCode.SOVEREIGN_ROLE_EMPTY,
        {"role": role},
    )


def test_somebody_else_with_the_role_must_be_active(desk: Desk) -> None:
    desk.do("mof, sbp", SetRoles("cdc", (Role.CENTRAL_BANK,)), suspend("cdc"))
    assert desk.refused("mof, sbp", suspend("sbp"))[0] == RejectionCode.SOVEREIGN_ROLE_EMPTY
    desk.do("mof, sbp", SetStanding("cdc", Standing.ACTIVE), suspend("sbp"))
    desk.do("mof, cdc", SetStanding("sbp", Standing.ACTIVE))


def test_enough_stay_active_to_set_roles(desk: Desk) -> None:
    asked = policy("set-roles", (Role.CENTRAL_BANK, 1), (Role.ISSUER, 1), (Role.CUSTODIAN, 5))
    desk.do("mof, sbp", SetPolicy(asked))
    assert desk.refused("mof, sbp", suspend("custodian-a")) == (
        RejectionCode.NOBODY_TO_SET_ROLES,
        {"role": "custodian"},
    )
    custodian = SetRoles("alpha", (Role.CUSTODIAN,))
    others = "cdc, custodian-a, custodian-b, custodian-c, custodian-d"
    desk.do(f"mof, sbp, {others}", custodian, suspend("custodian-a"))


@pytest.mark.parametrize("signers", ["mof", "sbp", "alpha", "custodian-a, custodian-b, cdc"])
def test_standing_is_set_under_dual_control(desk: Desk, signers: str) -> None:
    code, figures = desk.refused(signers, suspend("alpha"))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "set-standing")


def test_an_unknown_participant_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", suspend("nobody")) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


def test_the_sentence_says_what_it_means(desk: Desk) -> None:
    assert suspend("alpha").sentence(desk.state) == (
        "suspend alpha: its signature counts for nothing from now on"
    )
    assert SetStanding("alpha", Standing.ACTIVE).sentence(desk.state) == "let alpha act again"
