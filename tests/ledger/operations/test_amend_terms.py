"""Terms are the issuer's until activation, and the holders' to rely on from then on."""

from typing import Any

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operations import (
    ActivateInstrument,
    AmendTerms,
    ExecuteProposal,
    Propose,
    SetInstrumentStatus,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS
from amanat.ledger.terms import FixedRate
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.papers import (
    CALLABLE,
    FACE,
    FLOATER,
    GOLD,
    HALF_YEARLY,
    NEW_PIB,
    TERMS,
    YEARS_5,
    bring,
    changed,
    registration,
)
from tests.ledger.world import RUPEE, START, rupee

NOTICE_MS = 14 * DAY_MS


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def amended(identifier: str = NEW_PIB, **fields: Any) -> AmendTerms:
    return AmendTerms(identifier, f"Paper {identifier}", changed(TERMS[identifier], **fields))


CHEAPER = amended(coupon=FixedRate(110_000))


def by_governance(desk: Desk, amendment: AmendTerms) -> bytes:
    """Propose it under dual control and let the notice run out; return the proposal's id."""
    identifier = desk.propose("mof, sbp", [amendment], desk.time + 30 * DAY_MS)
    desk.wait_until(START + NOTICE_MS + DAY_MS)
    return identifier


def refused(desk: Desk, amendment: AmendTerms) -> tuple[str, dict[str, int | str]]:
    """Return why governance cannot even propose it, with every approval that it takes."""
    code, figures = desk.refused("mof, sbp", Propose((amendment,), desk.time + 30 * DAY_MS))
    return code, dict(figures)


def invalid(field: str, given: int | str, need: str) -> tuple[str, dict[str, int | str]]:
    return RejectionCode.INVALID_TERMS, {"field": field, "given": given, "need": need}


def test_the_issuer_changes_what_is_only_announced(desk: Desk) -> None:
    desk.do("mof", registration(NEW_PIB))
    (event,) = desk.do("mof", changed(CHEAPER, title="Five-year bond"))
    found = desk.state.get(INSTRUMENTS, NEW_PIB)
    assert found is not None
    assert (found.terms, found.title) == (CHEAPER.terms, "Five-year bond")
    assert found.status is InstrumentStatus.ANNOUNCED
    assert event.name == "terms-amended"
    assert event.fields == {"instrument": NEW_PIB, "changed": "title, coupon.rate"}


def test_nobody_else_does(desk: Desk) -> None:
    desk.do("mof", registration(NEW_PIB))
    assert desk.refused("sbp", CHEAPER) == (
        RejectionCode.MISSING_SIGNATURE,
        {"participant": "mof"},
    )


def test_money_is_the_central_banks_to_describe(desk: Desk) -> None:
    dollar = changed(rupee(), id="USD", terms=changed(rupee().terms, currency="USD"))
    desk.do("sbp", dollar)
    desk.do("sbp", AmendTerms("USD", "US dollar", changed(dollar.terms, scale=4)))


def test_once_it_is_active_neither_institution_nor_both_change_it_at_once(desk: Desk) -> None:
    bring(desk, NEW_PIB)
    assert desk.refused("mof", CHEAPER) == (
        RejectionCode.MISSING_APPROVAL,
        {"act": "amend-terms", "role": "central_bank", "have": 0, "need": 1},
    )
    assert desk.refused("mof, sbp", CHEAPER) == (
        RejectionCode.MUST_BE_PROPOSED,
        {"act": "amend-terms", "delay_ms": NOTICE_MS},
    )


def test_governance_changes_it_with_notice(desk: Desk) -> None:
    bring(desk, NEW_PIB)
    proposal = desk.propose("mof, sbp", [CHEAPER], desk.time + 30 * DAY_MS)
    assert desk.refused("sbp", ExecuteProposal(proposal))[0] == RejectionCode.NOTICE_RUNS
    desk.wait_until(START + NOTICE_MS + DAY_MS)
    desk.do("sbp", ExecuteProposal(proposal))
    found = desk.state.get(INSTRUMENTS, NEW_PIB)
    assert found is not None
    assert (found.terms, found.status) == (CHEAPER.terms, InstrumentStatus.ACTIVE)


def test_an_amendment_proposed_before_activation_takes_the_notice_all_the_same(
    desk: Desk,
) -> None:
    desk.do("mof", registration(NEW_PIB))
    proposal = desk.propose("sbp", [CHEAPER], desk.time + 30 * DAY_MS)
    desk.do("mof, sbp", ActivateInstrument(NEW_PIB))
    assert desk.refused("mof", ExecuteProposal(proposal))[0] == RejectionCode.PROPOSAL_OPEN
    found = desk.state.get(INSTRUMENTS, NEW_PIB)
    assert found is not None
    assert found.terms == TERMS[NEW_PIB]


@pytest.mark.parametrize("is_active", [False, True])
def test_it_stays_of_its_kind(desk: Desk, is_active: bool) -> None:
    operation = AmendTerms(NEW_PIB, "Other", changed(TERMS[FLOATER], isin=NEW_PIB))
    expected = invalid("kind", "floating-rate-bond", "fixed-rate-bond, as it is")
    if is_active:
        bring(desk, NEW_PIB)
        assert refused(desk, operation) == expected
    else:
        desk.do("mof", registration(NEW_PIB))
        assert desk.refused("mof", operation) == expected


def test_it_keeps_its_isin(desk: Desk) -> None:
    desk.do("mof", registration(NEW_PIB))
    need = f"the ISIN {CALLABLE}"
    assert desk.refused("mof", amended(isin=CALLABLE)) == invalid("id", NEW_PIB, need)


@pytest.mark.parametrize(
    ("identifier", "fields", "expected"),
    [
        (NEW_PIB, {"cash": "USD"}, invalid("cash", "USD", "PKR, as it is")),
        (GOLD, {"unit": "kg"}, invalid("unit", "kg", "oz, as it is")),
        (GOLD, {"scale": 2}, invalid("scale", 2, "3, as it is")),
        (
            NEW_PIB,
            {"denomination": FACE // 3},
            invalid("denomination", FACE // 3, f"a divisor of {FACE}, as it is"),
        ),
    ],
)
def test_what_holders_hold_is_counted_as_it_was(
    desk: Desk, identifier: str, fields: dict[str, Any], expected: tuple[str, dict[str, int | str]]
) -> None:
    bring(desk, identifier)
    assert refused(desk, amended(identifier, **fields)) == expected


def test_money_keeps_its_scale(desk: Desk) -> None:
    amendment = AmendTerms(RUPEE, "Pakistani rupee", changed(rupee().terms, scale=3))
    assert refused(desk, amendment) == invalid("scale", 3, "2, as it is")


def test_a_smaller_denomination_divides_what_was(desk: Desk) -> None:
    """From PKR 100,000 to the PKR 5,000 of a certificate."""
    bring(desk, NEW_PIB)
    desk.do("sbp", ExecuteProposal(by_governance(desk, amended(denomination=500_000))))
    found = desk.state.get(INSTRUMENTS, NEW_PIB)
    assert found is not None
    assert found.terms.denomination == 500_000


def test_the_terms_must_make_sense(desk: Desk) -> None:
    desk.do("mof", registration(NEW_PIB))
    code, figures = desk.refused("mof", amended(maturity_date=0))
    assert (code, figures["field"]) == (RejectionCode.INVALID_TERMS, "maturity_date")


def test_the_authorised_amount_still_has_to_be_a_multiple(desk: Desk) -> None:
    desk.do("mof", registration(NEW_PIB, 3 * FACE))
    assert desk.refused("mof", amended(denomination=2 * FACE)) == (
        RejectionCode.NOT_A_MULTIPLE,
        {"amount": 3 * FACE, "denomination": 2 * FACE},
    )


def test_what_is_over_is_not_amended(desk: Desk) -> None:
    desk.do("mof", registration(NEW_PIB))
    desk.do("mof, sbp", SetInstrumentStatus(NEW_PIB, InstrumentStatus.CANCELLED))
    assert refused(desk, CHEAPER) == (
        RejectionCode.WRONG_STATUS,
        {
            "instrument": NEW_PIB,
            "status": "cancelled",
            "need": "announced or active or suspended or default",
        },
    )


def test_an_unknown_instrument_is_rejected(desk: Desk) -> None:
    assert desk.refused("mof, sbp", CHEAPER) == (
        RejectionCode.UNKNOWN_INSTRUMENT,
        {"instrument": NEW_PIB},
    )


def test_the_sentence_says_what_changes_from_what_to_what(desk: Desk) -> None:
    desk.do("mof", registration(NEW_PIB))
    later = changed(HALF_YEARLY, per_year=1, first_coupon_date=YEARS_5)
    operation = changed(amended(coupon=FixedRate(110_000), coupons=later), title="Five years")
    assert operation.sentence(desk.state) == (
        f"amend {NEW_PIB}: title from Paper {NEW_PIB} to Five years; "
        "coupons.first_coupon_date from 2026-07-01 to 2031-01-01; coupons.per_year from 2 to 1; "
        "coupon.rate from 11.5000 % to 11.0000 %"
    )


def test_the_sentence_tells_amounts_in_their_unit(desk: Desk) -> None:
    desk.do("mof", registration(NEW_PIB))
    assert amended(denomination=500_000).sentence(desk.state) == (
        f"amend {NEW_PIB}: denomination from PKR 100,000.00 to PKR 5,000.00"
    )


def test_the_sentence_never_fails(desk: Desk) -> None:
    assert CHEAPER.sentence(desk.state) == f"amend the terms of {NEW_PIB}, which is not known"
    desk.do("mof", registration(NEW_PIB))
    assert amended().sentence(desk.state) == f"amend {NEW_PIB}: nothing"
    other_kind = AmendTerms(NEW_PIB, "Other", changed(TERMS[FLOATER], isin=NEW_PIB))
    assert other_kind.sentence(desk.state) == (
        f"make {NEW_PIB}, a fixed-rate-bond, a floating-rate-bond"
    )
