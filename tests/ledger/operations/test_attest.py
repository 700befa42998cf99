"""The custodian says anew who a holder is: it decides what comes in, and not what goes out."""

import pytest

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.dates import start_of
from amanat.ledger.holdings.totals import Dimension, total
from amanat.ledger.operations import Attest, Transfer
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import ACCOUNTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import RUPEE, START, attestation

TODAY = START // 86_400_000
FOREIGN = attestation(InvestorClass.FOREIGN_INSTITUTION, "AE", expires=TODAY + 10)


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def test_the_custodian_replaces_the_attestation(desk: Desk) -> None:
    (event,) = desk.do("custodian-a", Attest("alpha", FOREIGN))
    assert (event.name, event.fields) == (
        "attested",
        {
            "account": "alpha",
            "investor_class": "foreign_institution",
            "jurisdiction": "AE",
            "tax_class": "filer",
            "expires": TODAY + 10,
        },
    )
    account = desk.state.get(ACCOUNTS, "alpha")
    assert account is not None
    assert account.attestation == FOREIGN


def test_a_new_jurisdiction_moves_the_totals_and_no_holding(desk: Desk) -> None:
    desk.do("custodian-a", Attest("alpha", FOREIGN))
    assert total(desk.state, RUPEE, Dimension.JURISDICTION, "AE") == 1_000_000_000
    assert total(desk.state, RUPEE, Dimension.JURISDICTION, "PK") == 2_000_000_000
    assert total(desk.state, RUPEE, Dimension.CUSTODIAN, "custodian-a") == 2_000_000_000
    assert desk.held("alpha", RUPEE) == 1_000_000_000
    desk.do("custodian-a", Attest("alpha", attestation()))
    assert total(desk.state, RUPEE, Dimension.JURISDICTION, "AE") == 0
    assert total(desk.state, RUPEE, Dimension.JURISDICTION, "PK") == 3_000_000_000


@pytest.mark.parametrize("signers", ["alpha", "mof, sbp", "custodian-b, cdc, alpha"])
def test_nobody_but_the_custodian_attests(desk: Desk, signers: str) -> None:
    assert desk.refused(signers, Attest("alpha", FOREIGN)) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "custodian-a"},
    )


def test_an_unknown_account_is_rejected(desk: Desk) -> None:
    assert desk.refused("custodian-a", Attest("nobody", FOREIGN)) == (
        RejectionCode.UNKNOWN_ACCOUNT,
        {"account": "nobody"},
    )


def test_a_client_is_never_attested_without_end(desk: Desk) -> None:
    assert desk.refused("custodian-a", Attest("alpha", attestation(expires=None))) == (
        RejectionCode.INVALID_ATTESTATION,
        {"need": "an expiry, for a client"},
    )
    desk.do("mof", Attest("mof-house", attestation(expires=None)))


def test_an_attestation_that_has_expired_is_rejected(desk: Desk) -> None:
    assert desk.refused("custodian-a", Attest("alpha", attestation(expires=TODAY - 1))) == (
        RejectionCode.INVALID_ATTESTATION,
        {"expires": TODAY - 1, "today": TODAY},
    )
    desk.do("custodian-a", Attest("alpha", attestation(expires=TODAY)))


def test_after_its_last_day_an_account_gives_and_does_not_take(desk: Desk) -> None:
    desk.do("custodian-a", Attest("alpha", attestation(expires=TODAY)))
    desk.wait_until(start_of(TODAY + 1) - 1)
    desk.do("beta", Transfer("beta", "alpha", RUPEE, 1))
    desk.wait_until(start_of(TODAY + 1))
    assert desk.refused("beta", Transfer("beta", "alpha", RUPEE, 1)) == (
        RejectionCode.ATTESTATION_EXPIRED,
        {"account": "alpha", "expired": TODAY, "today": TODAY + 1},
    )
    desk.do("alpha", Transfer("alpha", "beta", RUPEE, 1))
    desk.do("custodian-a", Attest("alpha", FOREIGN))
    desk.do("beta", Transfer("beta", "alpha", RUPEE, 1))


def test_the_sentence_says_who_the_holder_is(desk: Desk) -> None:
    assert Attest("alpha", FOREIGN).sentence(desk.state) == (
        "attest that the holder of alpha is foreign institution of AE, taxed as filer, "
        "until 2026-01-11"
    )
