"""Bonds whose coupon follows a benchmark: floating-rate Pakistan Investment Bonds."""

from amanat.ledger.terms.coupons import CouponDebtTerms, FloatingRate


class FloatingRateBondTerms(CouponDebtTerms, frozen=True, tag="floating-rate-bond"):
    """A bond that pays a benchmark plus a margin and is redeemed at face."""

    coupon: FloatingRate
