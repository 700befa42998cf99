"""An instrument of every kind, for tests, and how it comes onto the ledger.

The fixed-rate bond is the three-year Pakistan Investment Bond of 20 August 2020, as the State
Bank's bid sheet of 3 March 2021 describes it: 7.00 %, half-yearly, due on 20 August 2023. The
others are made up, on terms like those that the State Bank publishes.
"""

from hashlib import sha256
from typing import Any, Final

import msgspec

from amanat.ledger.dates import DAY_MS
from amanat.ledger.operations import ActivateInstrument, Issue, RegisterInstrument
from amanat.ledger.terms import (
    Call,
    CallableBondTerms,
    CommodityLotTerms,
    CouponSchedule,
    FixedRate,
    FixedRateBondTerms,
    FloatingRate,
    FloatingRateBondTerms,
    IjaraSukukTerms,
    InflationLinkedBondTerms,
    Terms,
    UnitTerms,
)
from amanat.ledger.terms.conventions import DayCount, PaymentCalendar, Roll, Rounding
from tests.ledger.desk import Desk
from tests.ledger.world import RUPEE, START, bill, rupee

TODAY: Final = START // DAY_MS
"""2026-01-01, a Thursday: the test network's first day."""
YEARS_5: Final = 22_280
"""2031-01-01."""
JULY: Final = 20_635
"""2026-07-01."""
FACE: Final = 10_000_000
"""PKR 100,000, the denomination of bonds."""

PIB: Final = "PK0PIB320203"
NEW_PIB: Final = "PK0PIB520125"
FLOATER: Final = "PK0PFL500011"
SUKUK: Final = "PK0GIS300017"
LINKER: Final = "PK0ILB500014"
CALLABLE: Final = "PK0CAL500011"
GOLD: Final = "GOLD-LOT-1"
LAND: Final = "LAND-1"

HALF_YEARLY: Final = CouponSchedule(
    first_coupon_date=JULY,
    per_year=2,
    day_count=DayCount.ACT_ACT_ICMA,
    roll=Roll.FOLLOWING,
    calendar=PaymentCalendar.LEDGER,
    record_offset=1,
    rounding=Rounding.HALF_UP,
)
VARIABLE: Final = FloatingRate("mtb-6-month-average-yield", 750, 1, 0)


def changed(structure: Any, /, **fields: Any) -> Any:
    """Return a structure with other fields."""
    return msgspec.structs.replace(structure, **fields)


PIB_TERMS: Final = FixedRateBondTerms(
    isin=PIB,
    cash=RUPEE,
    denomination=FACE,
    issue_date=18_494,
    maturity_date=19_589,
    coupons=changed(HALF_YEARLY, first_coupon_date=18_678),
    coupon=FixedRate(70_000),
)
NEW_PIB_TERMS: Final = FixedRateBondTerms(
    NEW_PIB, RUPEE, FACE, TODAY, YEARS_5, HALF_YEARLY, FixedRate(115_000)
)

TERMS: Final[dict[str, Terms]] = {
    RUPEE: rupee().terms,
    bill().id: bill().terms,
    PIB: PIB_TERMS,
    NEW_PIB: NEW_PIB_TERMS,
    FLOATER: FloatingRateBondTerms(FLOATER, RUPEE, FACE, TODAY, YEARS_5, HALF_YEARLY, VARIABLE),
    SUKUK: IjaraSukukTerms(
        isin=SUKUK,
        cash=RUPEE,
        denomination=FACE,
        issue_date=TODAY,
        maturity_date=YEARS_5,
        coupons=changed(HALF_YEARLY, day_count=DayCount.ACT_365),
        coupon=VARIABLE,
        assets="A motorway",
        assets_digest=sha256(b"a motorway").digest(),
    ),
    LINKER: InflationLinkedBondTerms(
        isin=LINKER,
        cash=RUPEE,
        denomination=FACE,
        issue_date=TODAY,
        maturity_date=YEARS_5,
        coupons=HALF_YEARLY,
        coupon=FixedRate(35_000),
        index="cpi-national",
        base_index=2_614_500,
        lag_months=3,
        is_floored=True,
    ),
    CALLABLE: CallableBondTerms(
        isin=CALLABLE,
        cash=RUPEE,
        denomination=FACE,
        issue_date=TODAY,
        maturity_date=YEARS_5,
        coupons=HALF_YEARLY,
        coupon=FixedRate(120_000),
        calls=(Call(TODAY + 730, 1_010_000), Call(TODAY + 1_096, 1_005_000)),
        call_notice=10,
    ),
    GOLD: CommodityLotTerms(
        isin=None,
        unit="oz",
        scale=3,
        denomination=1_000,
        commodity="gold",
        grade="Good Delivery",
        purity=995_000,
        warehouse="The central bank's vault, Karachi",
        warehouse_receipt=sha256(b"receipt").digest(),
        attested_by="An assayer",
        attestation=sha256(b"assay").digest(),
        attestation_date=TODAY - 7,
    ),
    LAND: UnitTerms(None, "share", 0, 1, sha256(b"land").digest()),
}
"""By identifier."""


def registration(
    identifier: str, authorised: int | None = 1_000 * FACE, **fields: Any
) -> RegisterInstrument:
    """Return the announcement of one of them by the Ministry of Finance, with other `fields`."""
    terms = changed(TERMS[identifier], **fields)
    return RegisterInstrument(identifier, "mof", f"Paper {identifier}", terms, authorised)


def bring(desk: Desk, identifier: str, authorised: int | None = 1_000 * FACE) -> None:
    """Let one of them be registered and activated."""
    activate = ActivateInstrument(identifier)
    desk.do("mof, sbp", registration(identifier, authorised), activate)


def issued(desk: Desk, identifier: str, amount: int, account: str = "mof-house") -> None:
    """Let an amount be issued into an account."""
    desk.do("mof, sbp", Issue(identifier, account, amount))
