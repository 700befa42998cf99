"""Releasing a pledge: by its beneficiary; by governance while that may not act."""

import pytest

from amanat.ledger.claims.pledges import PLEDGES, pledges_on, pledges_to
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import Pledge, ReleasePledge, SetStanding, Transfer
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.operations.test_open_hold import reserved
from tests.ledger.operations.test_pledge import CASH, FACE, pledged
from tests.ledger.world import BILL, RUPEE


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_it_is_released_in_parts_and_whole(desk: Desk) -> None:
    pledge = pledged(desk, Pledge("alpha", RUPEE, CASH, "custodian-b", "repo-7"))
    (event,) = desk.do("custodian-b", ReleasePledge(pledge, 400))
    assert (event.name, event.fields) == (
        "pledge-released",
        {
            "pledge": pledge.hex(),
            "account": "alpha",
            "instrument": RUPEE,
            "amount": 400,
            "left": CASH - 400,
        },
    )
    assert reserved(desk) == CASH - 400
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 400))
    desk.do("custodian-b", ReleasePledge(pledge, CASH - 400))
    assert desk.state.get(PLEDGES, pledge) is None
    assert pledges_on("alpha", RUPEE).count(desk.state) == 0
    assert pledges_to("custodian-b").count(desk.state) == 0
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, CASH - 400))


def test_no_more_is_released_than_is_pledged(desk: Desk) -> None:
    pledge = pledged(desk)
    assert desk.refused("custodian-b", ReleasePledge(pledge, CASH)) == (
        RejectionCode.BEYOND_RESERVED,
        {"would_take": CASH, "may_take": CASH - 300},
    )


def test_whole_units_are_released(desk: Desk) -> None:
    pledge = pledged(desk, Pledge("mof-house", BILL, 4 * FACE, "sbp", "repo-7"), "mof")
    assert desk.refused("sbp", ReleasePledge(pledge, FACE + 1)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": FACE + 1, "denomination": FACE},
    )


@pytest.mark.parametrize("signers", ["alpha", "custodian-a", "mof, sbp"])
def test_nobody_releases_it_in_the_place_of_an_active_beneficiary(desk: Desk, signers: str) -> None:
    pledge = pledged(desk)
    assert desk.refused(signers, ReleasePledge(pledge, 1)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "custodian-b"},
    )


def test_governance_releases_it_while_the_beneficiary_is_suspended(desk: Desk) -> None:
    pledge = pledged(desk)
    desk.do("mof, sbp", SetStanding("custodian-b", Standing.SUSPENDED))
    for signers in ("custodian-b", "alpha", "mof", "sbp"):
        code, figures = desk.refused(signers, ReleasePledge(pledge, 1))
        assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, "release-pledge")
    desk.do("mof, sbp", ReleasePledge(pledge, CASH - 300))
    assert reserved(desk) == 0


def test_a_pledge_that_is_not_there_is_named(desk: Desk) -> None:
    assert desk.refused("custodian-b", ReleasePledge(bytes(32), 1)) == (
        RejectionCode.UNKNOWN_PLEDGE,
        {"pledge": bytes(32).hex()},
    )


def test_the_sentence_says_what_it_means(desk: Desk) -> None:
    pledge = pledged(desk)
    told = "release PKR 1.00 in alpha from the pledge to custodian-b"
    assert ReleasePledge(pledge, 100).sentence(desk.state) == told
    assert ReleasePledge(bytes(32), 100).sentence(desk.state) == (
        "release 100 of the pledge 0000000000000000…, not known"
    )
