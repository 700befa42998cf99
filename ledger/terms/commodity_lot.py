"""Lots of a commodity in a warehouse: reserves of oil, metals and other raw materials."""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.dates import Date
from amanat.ledger.governance.participants import Title
from amanat.ledger.identifiers import Digest, Name
from amanat.ledger.terms.measures import MeasuredTerms


class CommodityLotTerms(MeasuredTerms, frozen=True, tag="commodity-lot"):
    """A lot of a commodity, stored under a warehouse receipt and attested by who examined it."""

    commodity: Name
    """Such as `gold` or `crude-oil`."""
    grade: Title
    """The grade by its public name, such as "LBMA Good Delivery"."""
    purity: Annotated[int, Meta(ge=0, le=1_000_000)] | None
    """How much of it is the commodity itself, in millionths, where that is measured."""
    warehouse: Title
    """Where it lies, by its public name."""
    warehouse_receipt: Digest
    """SHA-256 of the warehouse receipt."""
    attested_by: Title
    """Who examined the lot: an institution."""
    attestation: Digest
    """SHA-256 of its report."""
    attestation_date: Date
