"""Bonds with a fixed coupon: Pakistan Investment Bonds, and Eurobonds."""

from amanat.ledger.terms.coupons import CouponDebtTerms, FixedRate


class FixedRateBondTerms(CouponDebtTerms, frozen=True, tag="fixed-rate-bond"):
    """A bond that pays a fixed coupon and is redeemed at face."""

    coupon: FixedRate
