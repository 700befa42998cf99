"""Pledging: part of a holding secures a debt and does not move otherwise."""

import pytest
from msgspec.structs import replace

from amanat.ledger.claims.pledges import PLEDGES, pledges_on, pledges_to
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import (
    DeliverVersusPayment,
    OpenHold,
    Pledge,
    Redeem,
    SetStanding,
    Transfer,
    TransferBatch,
)
from amanat.ledger.operations.transfer_batch import Line
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.operations.test_open_hold import reserved
from tests.ledger.world import BILL, RUPEE, START

CASH = 1_000_000_000
FACE = 500_000
PLEDGE = Pledge("alpha", RUPEE, CASH - 300, "custodian-b", "repo-7")


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def pledged(desk: Desk, operation: Pledge = PLEDGE, signer: str = "alpha") -> bytes:
    return bytes.fromhex(str(desk.do(signer, operation)[0].fields["pledge"]))


def test_what_is_pledged_stays_its_owners_and_is_listed_for_both(desk: Desk) -> None:
    (event,) = desk.do("alpha", PLEDGE)
    identifier = str(event.fields["pledge"])
    assert (event.name, event.fields) == (
        "pledged",
        {
            "pledge": identifier,
            "account": "alpha",
            "instrument": RUPEE,
            "amount": CASH - 300,
            "beneficiary": "custodian-b",
            "reference": "repo-7",
        },
    )
    assert (desk.held("alpha", RUPEE), reserved(desk)) == (CASH, CASH - 300)
    assert desk.state.get(PLEDGES, bytes.fromhex(identifier)) is not None
    assert list(pledges_on("alpha", RUPEE).members(desk.state)) == [identifier]
    assert list(pledges_to("custodian-b").members(desk.state)) == [identifier]


@pytest.mark.parametrize(
    ("signers", "way_out"),
    [
        ("alpha", Transfer("alpha", "beta", RUPEE, 301)),
        (
            "alpha",
            TransferBatch("alpha", RUPEE, (Line("beta", 200), Line("beta", 101))),
        ),
        ("alpha, mof", DeliverVersusPayment("mof-house", "alpha", BILL, FACE, RUPEE, 301)),
        ("alpha, sbp", Redeem(RUPEE, "alpha", 301, None)),
        ("alpha", OpenHold("alpha", "beta", RUPEE, 301, None, START + 10**6, None)),
        ("alpha", replace(PLEDGE, amount=301)),
    ],
)
def test_nothing_that_is_pledged_leaves_by_another_way(
    desk: Desk, signers: str, way_out: Transfer
) -> None:
    pledged(desk)
    code, figures = desk.refused(signers, way_out)
    assert code == RejectionCode.INSUFFICIENT_HOLDING
    assert int(figures["have"]) < int(figures["need"])


@pytest.mark.parametrize("signer", ["custodian-b", "custodian-a", "sbp"])
def test_the_owner_pledges(desk: Desk, signer: str) -> None:
    assert desk.refused(signer, PLEDGE) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "alpha"},
    )


def test_nothing_is_pledged_out_of_an_account_that_is_stopped(desk: Desk) -> None:
    desk.do("mof, sbp", SetStanding("custodian-a", Standing.SUSPENDED))
    assert desk.refused("alpha", PLEDGE) == (
        RejectionCode.SUSPENDED,
        {"participant": "custodian-a"},
    )


@pytest.mark.parametrize(
    ("operation", "code", "figures"),
    [
        (
            replace(PLEDGE, account="nobody"),
            RejectionCode.UNKNOWN_ACCOUNT,
            {"account": "nobody"},
        ),
        (
            replace(PLEDGE, instrument="USD"),
            RejectionCode.UNKNOWN_INSTRUMENT,
            {"instrument": "USD"},
        ),
        (
            replace(PLEDGE, beneficiary="nobody"),
            RejectionCode.UNKNOWN_PARTICIPANT,
            {"participant": "nobody"},
        ),
        (
            replace(PLEDGE, amount=CASH + 1),
            RejectionCode.INSUFFICIENT_HOLDING,
            {"account": "alpha", "instrument": RUPEE, "have": CASH, "need": CASH + 1},
        ),
        (
            replace(PLEDGE, instrument=BILL, amount=1),
            RejectionCode.NOT_A_MULTIPLE,
            {"amount": 1, "denomination": FACE},
        ),
    ],
)
def test_what_cannot_be_pledged_is_refused_with_its_figures(
    desk: Desk, operation: Pledge, code: RejectionCode, figures: dict[str, int | str]
) -> None:
    assert desk.refused("alpha", operation) == (code, figures)


def test_the_sentence_says_to_whom_and_for_what(desk: Desk) -> None:
    assert PLEDGE.sentence(desk.state) == (
        "pledge PKR 9,999,997.00 in alpha to custodian-b for repo-7"
    )
