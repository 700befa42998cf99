"""Enforcing a pledge: under dual control, into an account of the beneficiary and no other."""

import pytest
from msgspec.structs import replace

from amanat.ledger.claims.pledges import PLEDGES
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import EnforcePledge, Pledge, SetStanding, Transfer
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.operations.test_open_hold import reserved
from tests.ledger.operations.test_pledge import CASH, FACE, pledged
from tests.ledger.world import BILL, RUPEE

PLEDGE = Pledge("alpha", RUPEE, 300, "gamma", "loan-1")


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


@pytest.fixture
def pledge(desk: Desk) -> bytes:
    return pledged(desk, PLEDGE)


def test_what_was_pledged_becomes_the_beneficiarys(desk: Desk, pledge: bytes) -> None:
    (event,) = desk.do("gamma, sbp", EnforcePledge(pledge, 100, "gamma"))
    assert (event.name, event.fields) == (
        "pledge-enforced",
        {
            "pledge": pledge.hex(),
            "account": "alpha",
            "target": "gamma",
            "instrument": RUPEE,
            "amount": 100,
            "left": 200,
        },
    )
    assert (desk.held("alpha", RUPEE), desk.held("gamma", RUPEE)) == (CASH - 100, CASH + 100)
    assert reserved(desk) == 200
    desk.do("gamma, sbp", EnforcePledge(pledge, 200, "gamma", bytes(32)))
    assert desk.state.get(PLEDGES, pledge) is None
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, CASH - 300))


def test_the_beneficiary_does_not_enforce_it_alone(desk: Desk, pledge: bytes) -> None:
    code, figures = desk.refused("gamma", EnforcePledge(pledge, 100, "gamma"))
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "enforce-pledge")


@pytest.mark.parametrize("signers", ["sbp", "mof, sbp", "alpha, sbp"])
def test_nobody_enforces_it_without_the_beneficiary(
    desk: Desk, pledge: bytes, signers: str
) -> None:
    assert desk.refused(signers, EnforcePledge(pledge, 100, "gamma")) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "gamma"},
    )


@pytest.mark.parametrize("suspended", ["alpha", "custodian-a"])
def test_it_is_enforced_against_an_owner_who_may_not_act(
    desk: Desk, pledge: bytes, suspended: str
) -> None:
    desk.do("mof, sbp", SetStanding(suspended, Standing.SUSPENDED))
    desk.do("gamma, sbp", EnforcePledge(pledge, 300, "gamma"))


def test_who_receives_must_be_able_to(desk: Desk, pledge: bytes) -> None:
    desk.do("mof, sbp", SetStanding("custodian-b", Standing.SUSPENDED))
    assert desk.refused("gamma, sbp", EnforcePledge(pledge, 300, "gamma")) == (
        RejectionCode.SUSPENDED,
        {"participant": "custodian-b"},
    )


@pytest.mark.parametrize(
    ("enforcement", "code", "figures"),
    [
        (
            EnforcePledge(bytes(32), 301, "gamma"),
            RejectionCode.BEYOND_RESERVED,
            {"would_take": 301, "may_take": 300},
        ),
        (
            EnforcePledge(bytes(32), 100, "beta"),
            RejectionCode.DIFFERENT_OWNER,
            {"account": "beta", "owner": "beta", "need": "gamma"},
        ),
        (
            EnforcePledge(bytes(32), 100, "nobody"),
            RejectionCode.UNKNOWN_ACCOUNT,
            {"account": "nobody"},
        ),
    ],
)
def test_what_goes_too_far_is_refused(
    desk: Desk,
    pledge: bytes,
    enforcement: EnforcePledge,
    code: RejectionCode,
    figures: dict[str, int | str],
) -> None:
    assert desk.refused("gamma, sbp", replace(enforcement, pledge=pledge)) == (code, figures)


def test_a_pledge_that_is_not_there_is_named(desk: Desk) -> None:
    assert desk.refused("gamma, sbp", EnforcePledge(bytes(32), 1, "gamma")) == (
        RejectionCode.UNKNOWN_PLEDGE,
        {"pledge": bytes(32).hex()},
    )


def test_whole_units_are_enforced(desk: Desk) -> None:
    bills = pledged(desk, Pledge("mof-house", BILL, 2 * FACE, "gamma", "loan-2"), "mof")
    assert desk.refused("gamma, sbp", EnforcePledge(bills, FACE + 1, "gamma")) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": FACE + 1, "denomination": FACE},
    )


def test_the_sentence_says_whose_goes_where(desk: Desk, pledge: bytes) -> None:
    enforcement = EnforcePledge(pledge, 100, "gamma")
    assert enforcement.sentence(desk.state) == (
        "take PKR 1.00 from alpha, pledged to gamma, into gamma"
    )
    assert replace(enforcement, pledge=bytes(32)).sentence(desk.state) == (
        "enforce 100 of the pledge 0000000000000000…, not known"
    )
