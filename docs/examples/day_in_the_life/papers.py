"""What is on paper: the terms of the bond, its documents, its rules, the law that bounds it.

The bond is like the State Bank's five-year Pakistan Investment Bonds: par, half-yearly coupon, in
pieces of PKR 100,000. Its ISIN, its coupon and all figures of the story are made up.
"""

from hashlib import sha256
from typing import Final

from amanat.ledger.custody.limits import InstrumentLimit, JurisdictionLimit, Limits, TotalLimit
from amanat.ledger.dates import Date
from amanat.ledger.identifiers import Digest
from amanat.ledger.instruments.ceilings import Ceiling, Ceilings
from amanat.ledger.rules import HolderCap, ShareAbroad
from amanat.ledger.terms import CashTerms, CouponSchedule, FixedRate, FixedRateBondTerms
from amanat.ledger.terms.conventions import DayCount, PaymentCalendar, Roll, Rounding
from docs.examples.day_in_the_life.cast import MONDAY

RUPEE: Final = "PKR"
BOND: Final = "PK0PIB526072"

MILLION: Final = 100_000_000
"""A million rupees, in paisa."""
BILLION: Final = 1_000 * MILLION

RUPEE_TERMS: Final = CashTerms("PKR", 2)

FIRST_COUPON: Final[Date] = 20_824
"""2027-01-06."""
MATURITY: Final[Date] = 22_466
"""2031-07-06."""

BOND_TERMS: Final = FixedRateBondTerms(
    isin=BOND,
    cash=RUPEE,
    denomination=MILLION // 10,
    issue_date=MONDAY,
    maturity_date=MATURITY,
    coupons=CouponSchedule(
        first_coupon_date=FIRST_COUPON,
        per_year=2,
        day_count=DayCount.ACT_ACT_ICMA,
        roll=Roll.FOLLOWING,
        calendar=PaymentCalendar.LEDGER,
        record_offset=1,
        rounding=Rounding.HALF_UP,
    ),
    coupon=FixedRate(115_000),
)

CEILINGS: Final = Ceilings(
    (
        Ceiling(
            first=MONDAY - 5,
            last=MONDAY - 6 + 365,
            amount=40 * BILLION,
            law="Fiscal Responsibility and Debt Limitation Act 2005, as notified for 2026-27",
        ),
    )
)
"""From 1 July 2026 to 30 June 2027, Pakistan's fiscal year."""

RULES: Final = (HolderCap(1_200 * MILLION), ShareAbroad(1_000))

LIMITS: Final = Limits(
    totals=(TotalLimit(RUPEE, 150 * MILLION),),
    instruments=(InstrumentLimit(BOND, 140 * MILLION),),
    jurisdictions=(JurisdictionLimit("AE", RUPEE, 100 * MILLION),),
)


def document(name: str) -> Digest:
    """Return the SHA-256 digest of a document that lies elsewhere."""
    return sha256(name.encode()).digest()
