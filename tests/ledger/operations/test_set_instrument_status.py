"""What may come between activation and redemption, and who decides it."""

import pytest

from amanat.ledger.governance.participants import Role
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operations import Issue, Redeem, SetInstrumentStatus, SetPolicy, Transfer
from amanat.ledger.operations.set_instrument_status import FROM
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import NEW_PIB, registration
from tests.ledger.world import BILL, POLICIES, RUPEE, policy

ACTIVE = InstrumentStatus.ACTIVE
CANCELLED = InstrumentStatus.CANCELLED
DEFAULT = InstrumentStatus.DEFAULT
SUSPENDED = InstrumentStatus.SUSPENDED


@pytest.fixture
def desk() -> Desk:
    """The market, and a bond that is announced."""
    desk = desk_with_market()
    desk.do("mof", registration(NEW_PIB))
    return desk


def put(desk: Desk, identifier: str, *statuses: InstrumentStatus) -> None:
    for status in statuses:
        desk.do("mof, sbp", SetInstrumentStatus(identifier, status))


def status(desk: Desk, identifier: str) -> InstrumentStatus:
    found = desk.state.get(INSTRUMENTS, identifier)
    assert found is not None
    return found.status


def test_the_event_says_what_it_was_and_is(desk: Desk) -> None:
    (event,) = desk.do("sbp", SetInstrumentStatus(BILL, SUSPENDED))
    assert (event.name, event.fields) == (
        "instrument-status-set",
        {"instrument": BILL, "before": "active", "after": "suspended"},
    )
    assert status(desk, BILL) is SUSPENDED


@pytest.mark.parametrize("wanted", list(InstrumentStatus))
@pytest.mark.parametrize("there", [ACTIVE, SUSPENDED, DEFAULT])
def test_a_status_is_reached_only_from_those_that_lead_to_it(
    desk: Desk, there: InstrumentStatus, wanted: InstrumentStatus
) -> None:
    if there is not ACTIVE:
        put(desk, BILL, there)
    operation = SetInstrumentStatus(BILL, wanted)
    if wanted not in FROM:
        act = f"set-instrument-status/{wanted}"
        assert desk.refused("mof, sbp", operation) == (RejectionCode.NO_POLICY, {"act": act})
    elif there in FROM[wanted]:
        put(desk, BILL, wanted)
        assert status(desk, BILL) is wanted
    else:
        need = " or ".join(FROM[wanted])
        assert desk.refused("mof, sbp", operation) == (
            RejectionCode.WRONG_STATUS,
            {"instrument": BILL, "status": there.value, "need": need},
        )


def test_only_what_was_never_issued_is_cancelled_and_that_is_the_end_of_it(desk: Desk) -> None:
    put(desk, NEW_PIB, CANCELLED)
    assert desk.refused("mof, sbp", Issue(NEW_PIB, "mof-house", 10_000_000)) == (
        RejectionCode.WRONG_STATUS,
        {"instrument": NEW_PIB, "status": "cancelled"},
    )
    for after in FROM:
        code, figures = desk.refused("mof, sbp", SetInstrumentStatus(NEW_PIB, after))
        assert (code, figures["status"]) == (RejectionCode.WRONG_STATUS, "cancelled")


@pytest.mark.parametrize("wanted", FROM)
def test_an_announced_one_is_neither_suspended_nor_in_default_nor_activated_so(
    desk: Desk, wanted: InstrumentStatus
) -> None:
    if wanted is not CANCELLED:
        code, figures = desk.refused("mof, sbp", SetInstrumentStatus(NEW_PIB, wanted))
        assert (code, figures["status"]) == (RejectionCode.WRONG_STATUS, "announced")


def test_the_central_bank_suspends_alone(desk: Desk) -> None:
    assert desk.refused("mof", SetInstrumentStatus(BILL, SUSPENDED)) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "set-instrument-status/suspended", "role": "central_bank", "have": 0, "need": 1},
    )
    desk.do("sbp", SetInstrumentStatus(BILL, SUSPENDED))


@pytest.mark.parametrize("wanted", [ACTIVE, DEFAULT, CANCELLED])
@pytest.mark.parametrize("signer", ["mof", "sbp", "custodian-a, custodian-b, cdc"])
def test_everything_else_takes_both_institutions(
    desk: Desk, wanted: InstrumentStatus, signer: str
) -> None:
    code, figures = desk.refused(signer, SetInstrumentStatus(BILL, wanted))
    act = f"set-instrument-status/{wanted}"
    assert (code, figures["act"]) == (RejectionCode.MISSING_APPROVAL, act)


def test_there_is_a_policy_for_every_status_that_is_decided() -> None:
    assert set(SetInstrumentStatus.acts) <= POLICIES.keys()


def test_no_policy_makes_an_instrument_mature_before_its_date(desk: Desk) -> None:
    act = "set-instrument-status/matured"
    code, _ = desk.refused("mof, sbp", SetPolicy(policy(act, (Role.ISSUER, 1))))
    assert code == RejectionCode.INVALID_POLICY
    code, _ = desk.refused("mof, sbp", SetInstrumentStatus(BILL, InstrumentStatus.MATURED))
    assert code == RejectionCode.NO_POLICY


def test_cash_can_be_suspended_too(desk: Desk) -> None:
    put(desk, RUPEE, SUSPENDED)
    assert desk.refused("alpha", Transfer("alpha", "beta", RUPEE, 1)) == (
        RejectionCode.WRONG_STATUS,
        {"instrument": RUPEE, "status": "suspended"},
    )
    code, _ = desk.refused("alpha, sbp", Redeem(RUPEE, "alpha", 1, None))
    assert code == RejectionCode.WRONG_STATUS


def test_an_unknown_instrument_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", SetInstrumentStatus("NONE", SUSPENDED)) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": "NONE"},
    )


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (SUSPENDED, f"suspend {BILL}: nothing of it moves but by an order or redemption"),
        (DEFAULT, f"declare {BILL} in default: no more of it is issued"),
        (ACTIVE, f"let {BILL} be active again"),
        (CANCELLED, f"cancel {BILL}, which will never be issued"),
        (InstrumentStatus.MATURED, f"let {BILL} be matured"),
    ],
)
def test_the_sentence_says_what_it_means(
    desk: Desk, wanted: InstrumentStatus, sentence: str
) -> None:
    assert SetInstrumentStatus(BILL, wanted).sentence(desk.state) == sentence
