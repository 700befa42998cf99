"""A paying agent redeems what its instrument owes, in the issuer's place."""

import pytest

from amanat.ledger.dates import start_of
from amanat.ledger.governance.participants import Role
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operations import (
    Issue,
    Redeem,
    RegisterParticipant,
    SetInstrumentStatus,
    SetPayingAgent,
    SetPolicy,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import NEW_PIB, TODAY, registration
from tests.ledger.world import BILL, RUPEE, account, participant, policy

NAMED = SetPayingAgent(BILL, "nbp")


@pytest.fixture
def desk() -> Desk:
    """The market, with a bank that pays for others, also as custodian of its own cash."""
    desk = desk_with_market()
    bank = participant("nbp", Role.CUSTODIAN, Role.PAYING_AGENT)
    desk.do("mof, sbp", RegisterParticipant(bank))
    desk.do("nbp", account("nbp-house", "nbp", "nbp"))
    desk.do("sbp", Issue(RUPEE, "nbp-house", 500_000))
    return desk


def test_the_issuer_names_it(desk: Desk) -> None:
    (event,) = desk.do("mof, sbp", NAMED)
    assert (event.name, event.fields) == (
        "paying-agent-set",
        {"instrument": BILL, "agent": "nbp"},
    )
    found = desk.state.get(INSTRUMENTS, BILL)
    assert found is not None
    assert found.paying_agent == "nbp"


def test_the_agent_redeems_at_maturity_from_its_own_account(desk: Desk) -> None:
    """Where the policy asks for a paying agent's approval and not for the issuer's."""
    approvals = ((Role.CENTRAL_BANK, 1), (Role.PAYING_AGENT, 1))
    desk.do("mof, sbp", SetPolicy(policy("redeem/treasury-bill", *approvals)), NAMED)
    desk.wait_until(start_of(TODAY + 84))
    desk.do("nbp, sbp", Redeem(BILL, "mof-house", 500_000, "nbp-house"))
    assert desk.held("nbp-house", RUPEE) == 0
    assert desk.held("mof-house", RUPEE) == 500_000


def test_no_other_agent_redeems(desk: Desk) -> None:
    desk.do("mof, sbp", RegisterParticipant(participant("hbl", Role.PAYING_AGENT)), NAMED)
    desk.wait_until(start_of(TODAY + 84))
    assert desk.refused("hbl, sbp", Redeem(BILL, "mof-house", 500_000, "nbp-house")) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


def test_an_agent_that_is_taken_away_redeems_no_more(desk: Desk) -> None:
    desk.do("mof, sbp", NAMED, SetPayingAgent(BILL, None))
    desk.wait_until(start_of(TODAY + 84))
    assert desk.refused("nbp, sbp", Redeem(BILL, "mof-house", 500_000, "nbp-house")) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


def test_it_has_the_role(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetPayingAgent(BILL, "cdc")) == (
        RejectionCode.WRONG_ROLE,
        {"participant": "cdc", "need": "paying_agent"},
    )


def test_it_is_a_participant(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetPayingAgent(BILL, "nobody")) == (
        RejectionCode.UNKNOWN_PARTICIPANT,
        {"participant": "nobody"},
    )


def test_an_instrument_that_is_over_needs_none(desk: Desk) -> None:
    desk.do("mof", registration(NEW_PIB))
    desk.do("mof, sbp", SetInstrumentStatus(NEW_PIB, InstrumentStatus.CANCELLED))
    code, figures = desk.refused("mof, sbp", SetPayingAgent(NEW_PIB, "nbp"))
    assert (code, figures["status"]) == (RejectionCode.WRONG_STATUS, "cancelled")


@pytest.mark.parametrize(
    ("signer", "code"),
    [("sbp", RejectionCode.MISSING_SIGNATURE), ("mof", RejectionCode.MISSING_APPROVAL)],
)
def test_neither_institution_names_it_alone(desk: Desk, signer: str, code: RejectionCode) -> None:
    assert desk.refused(signer, NAMED)[0] == code


def test_the_sentence_says_what_it_may_do(desk: Desk) -> None:
    assert NAMED.sentence(desk.state) == f"let nbp redeem {BILL} in its issuer's place"
    assert SetPayingAgent(BILL, None).sentence(desk.state) == (
        f"let nobody redeem {BILL} in its issuer's place"
    )
