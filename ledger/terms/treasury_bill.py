"""Market Treasury Bills."""

from typing import Literal

from amanat.ledger.terms.debt import DebtTerms


class TreasuryBillTerms(DebtTerms, frozen=True, tag="treasury-bill"):
    """A Market Treasury Bill: zero coupon, sold at a discount, redeemed at face."""

    day_count: Literal["act/365"]
    """How yields and prices are counted (State Bank of Pakistan)."""
