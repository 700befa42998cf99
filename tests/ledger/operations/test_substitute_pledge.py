"""Substituting a pledge: other units of the same owner take the place of some, in one step."""

import pytest
from msgspec.structs import replace

from amanat.ledger.claims.pledges import PLEDGES
from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import Pledge, SetStanding, SubstitutePledge, Transfer
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.operations.test_open_hold import reserved
from tests.ledger.operations.test_pledge import FACE, pledged
from tests.ledger.world import BILL, RUPEE, account

BILLS = 4 * FACE
SIGNERS = "alpha, custodian-b"


@pytest.fixture
def desk() -> Desk:
    """Alpha has pledged bills, and opened a second account with some cash in it."""
    desk = desk_with_market()
    desk.do("mof", Transfer("mof-house", "alpha", BILL, BILLS))
    desk.do("custodian-a", account("second", "alpha", "custodian-a"))
    desk.do("alpha", Transfer("alpha", "second", RUPEE, 1_000))
    return desk


@pytest.fixture
def pledge(desk: Desk) -> bytes:
    return pledged(desk, Pledge("alpha", BILL, BILLS, "custodian-b", "repo-7"))


def test_cash_takes_the_place_of_some_bills(desk: Desk, pledge: bytes) -> None:
    (event,) = desk.do(SIGNERS, SubstitutePledge(pledge, FACE, "second", RUPEE, 900))
    by = str(event.fields["by"])
    assert (event.name, event.fields) == (
        "pledge-substituted",
        {
            "pledge": pledge.hex(),
            "released": FACE,
            "left": BILLS - FACE,
            "by": by,
            "account": "second",
            "instrument": RUPEE,
            "amount": 900,
        },
    )
    after = desk.state.get(PLEDGES, bytes.fromhex(by))
    assert after is not None
    assert (after.beneficiary, after.reference) == ("custodian-b", "repo-7")
    assert reserved(desk, "alpha", BILL) == BILLS - FACE
    assert reserved(desk, "second") == 900


def test_all_of_it_may_be_swapped_within_one_holding(desk: Desk, pledge: bytes) -> None:
    desk.do(SIGNERS, SubstitutePledge(pledge, BILLS, "alpha", BILL, BILLS))
    assert reserved(desk, "alpha", BILL) == BILLS
    assert desk.state.get(PLEDGES, pledge) is None


@pytest.mark.parametrize(
    ("signer", "missing"), [("alpha", "custodian-b"), ("custodian-b", "alpha")]
)
def test_both_agree(desk: Desk, pledge: bytes, signer: str, missing: str) -> None:
    assert desk.refused(signer, SubstitutePledge(pledge, FACE, "second", RUPEE, 1)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": missing},
    )


def test_governance_agrees_for_a_beneficiary_that_is_suspended(desk: Desk, pledge: bytes) -> None:
    desk.do("mof, sbp", SetStanding("custodian-b", Standing.SUSPENDED))
    swap = SubstitutePledge(pledge, FACE, "second", RUPEE, 1)
    assert desk.refused(SIGNERS, swap)[0] == RejectionCode.MISSING_APPROVAL
    desk.do("alpha, mof, sbp", swap)


GOOD = SubstitutePledge(bytes(32), FACE, "second", RUPEE, 1_000)


@pytest.mark.parametrize(
    ("swap", "code", "figures"),
    [
        (
            replace(GOOD, release=BILLS + FACE),
            RejectionCode.BEYOND_RESERVED,
            {"would_take": BILLS + FACE, "may_take": BILLS},
        ),
        (
            replace(GOOD, release=1),
            RejectionCode.NOT_A_MULTIPLE,
            {"amount": 1, "denomination": FACE},
        ),
        (
            replace(GOOD, account="beta"),
            RejectionCode.DIFFERENT_OWNER,
            {"account": "beta", "owner": "beta", "need": "alpha"},
        ),
        (
            replace(GOOD, amount=1_001),
            RejectionCode.INSUFFICIENT_HOLDING,
            {"account": "second", "instrument": RUPEE, "have": 1_000, "need": 1_001},
        ),
        (
            replace(GOOD, account="nobody"),
            RejectionCode.UNKNOWN_ACCOUNT,
            {"account": "nobody"},
        ),
        (
            replace(GOOD, instrument="USD"),
            RejectionCode.UNKNOWN_INSTRUMENT,
            {"instrument": "USD"},
        ),
    ],
)
def test_a_swap_that_cannot_be_leaves_the_pledge_as_it_was(
    desk: Desk,
    pledge: bytes,
    swap: SubstitutePledge,
    code: RejectionCode,
    figures: dict[str, int | str],
) -> None:
    assert desk.refused(SIGNERS, replace(swap, pledge=pledge)) == (code, figures)
    assert reserved(desk, "alpha", BILL) == BILLS


def test_a_pledge_that_is_not_there_is_named(desk: Desk) -> None:
    assert desk.refused(SIGNERS, GOOD) == (
        RejectionCode.UNKNOWN_PLEDGE,
        {"pledge": bytes(32).hex()},
    )


def test_the_sentence_says_what_goes_and_what_comes(desk: Desk, pledge: bytes) -> None:
    assert replace(GOOD, pledge=pledge).sentence(desk.state) == (
        f"release PKR 5,000.00 of {BILL} in alpha from the pledge to custodian-b, and pledge "
        "PKR 10.00 in second for it"
    )
    assert GOOD.sentence(desk.state) == (
        "pledge PKR 10.00 for part of 0000000000000000…, which is not known"
    )
