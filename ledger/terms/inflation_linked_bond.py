"""Bonds whose face value follows a price index."""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.identifiers import Name
from amanat.ledger.terms.coupons import CouponDebtTerms, FixedRate
from amanat.ledger.terms.scales import IndexValue


class InflationLinkedBondTerms(CouponDebtTerms, frozen=True, tag="inflation-linked-bond"):
    """A bond that pays a real coupon on, and is redeemed at, a face value that follows an index.

    Amounts of it, and what counts towards the borrowing ceiling, are face value before indexation.
    """

    coupon: FixedRate
    index: Name
    """The series whose values are published, such as `cpi-national`."""
    base_index: IndexValue
    """The value to which the others are compared."""
    lag_months: Annotated[int, Meta(ge=0, le=12)]
    """The value of the month so many months before the payment counts."""
    is_floored: bool
    """Whether at least the face value is redeemed, however the index fell."""
