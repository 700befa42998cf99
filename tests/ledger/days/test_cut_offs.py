"""After its cut-off a kind of business waits for the next business day."""

import pytest

from amanat.ledger.dates import DAY_MS, MINUTE_MS, start_of
from amanat.ledger.days.calendar import Business, Calendar, CutOff
from amanat.ledger.operations import (
    AnyAct,
    CloseDay,
    DeliverVersusPayment,
    Issue,
    Redeem,
    SetCalendar,
    Transfer,
)
from amanat.ledger.rejections import RejectionCode
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import BILL, RUPEE, START

THURSDAY = START // DAY_MS
FRIDAY, MONDAY = THURSDAY + 1, THURSDAY + 4
NOON = 12 * 60

OF_EACH: dict[Business, tuple[str, AnyAct]] = {
    Business.ISSUE: ("sbp", Issue(RUPEE, "alpha", 1)),
    Business.FREE_OF_PAYMENT: ("alpha", Transfer("alpha", "gamma", RUPEE, 1)),
    Business.AGAINST_PAYMENT: (
        "mof, alpha",
        DeliverVersusPayment("mof-house", "alpha", BILL, 500_000, RUPEE, 1),
    ),
    Business.REDEMPTION: ("sbp, alpha", Redeem(RUPEE, "alpha", 1, None)),
}


def at(desk: Desk, time: int) -> None:
    desk.time, desk.writer.valid_until = time, time + DAY_MS


def desk_with(*cut_offs: CutOff) -> Desk:
    desk = desk_with_market()
    desk.do("mof, sbp", SetCalendar(Calendar((5, 6), (), cut_offs)))
    return desk


@pytest.mark.parametrize("business", list(Business))
def test_each_kind_of_business_has_a_cut_off_of_its_own(business: Business) -> None:
    desk = desk_with(CutOff(business, NOON))
    cut_off = start_of(THURSDAY) + NOON * MINUTE_MS
    at(desk, cut_off - 4)
    for signers, act in OF_EACH.values():
        desk.do(signers, act)
    at(desk, cut_off + 5)
    for kind, (signers, act) in OF_EACH.items():
        if kind is not business:
            desk.do(signers, act)
            continue
        assert desk.refused(signers, act) == (
            RejectionCode.PAST_CUT_OFF,
            {
                "business": business.value,
                "cut_off": cut_off,
                "now": desk.leader.tip.time,
                "next": FRIDAY,
            },
        )


def test_the_minute_itself_is_too_late() -> None:
    desk = desk_with(CutOff(Business.FREE_OF_PAYMENT, NOON))
    at(desk, start_of(THURSDAY) + NOON * MINUTE_MS)
    signers, act = OF_EACH[Business.FREE_OF_PAYMENT]
    assert desk.refused(signers, act)[0] == RejectionCode.PAST_CUT_OFF


def test_business_goes_on_once_the_next_day_is_open() -> None:
    desk = desk_with(CutOff(Business.FREE_OF_PAYMENT, NOON))
    signers, act = OF_EACH[Business.FREE_OF_PAYMENT]
    at(desk, start_of(FRIDAY) + 1)
    assert desk.refused(signers, act)[0] == RejectionCode.PAST_CUT_OFF
    desk.do("sbp", CloseDay(THURSDAY))
    desk.do(signers, act)
    at(desk, start_of(FRIDAY) + NOON * MINUTE_MS)
    _, figures = desk.refused(signers, act)
    assert figures["next"] == MONDAY


def test_on_a_weekend_the_cut_off_of_the_next_day_is_still_to_come() -> None:
    desk = desk_with(CutOff(Business.FREE_OF_PAYMENT, NOON))
    at(desk, start_of(FRIDAY))
    desk.do("sbp", CloseDay(THURSDAY))
    at(desk, start_of(FRIDAY + 1) + 23 * 60 * MINUTE_MS)
    desk.do("sbp", CloseDay(FRIDAY))
    signers, act = OF_EACH[Business.FREE_OF_PAYMENT]
    desk.do(signers, act)


def test_a_cut_off_keeps_nobody_from_setting_another() -> None:
    desk = desk_with(*(CutOff(each, 0) for each in sorted(Business)))
    signers, act = OF_EACH[Business.FREE_OF_PAYMENT]
    assert desk.refused(signers, act)[0] == RejectionCode.PAST_CUT_OFF
    desk.do("mof, sbp", SetCalendar(Calendar((5, 6), (), ())))
    desk.do(signers, act)


def test_what_is_under_no_cut_off_says_so() -> None:
    assert CloseDay.business is None
    assert RejectionCode.PAST_CUT_OFF not in CloseDay.codes()
    assert RejectionCode.PAST_CUT_OFF in Transfer.codes()
