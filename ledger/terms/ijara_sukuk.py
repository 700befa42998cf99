"""Government Ijara Sukuk: certificates of ownership in assets that the government rents."""

from amanat.ledger.governance.participants import Title
from amanat.ledger.identifiers import Digest
from amanat.ledger.terms.coupons import CouponDebtTerms, FixedRate, FloatingRate


class IjaraSukukTerms(CouponDebtTerms, frozen=True, tag="ijara-sukuk"):
    """A share in assets, whose rental, fixed or variable, is paid out; redeemed at face.

    One that is sold at a discount has a rental of 0, due once, at maturity.
    """

    coupon: FixedRate | FloatingRate
    """The rental."""
    assets: Title
    """The assets, by their public name."""
    assets_digest: Digest
    """SHA-256 of the document that lists the assets."""
