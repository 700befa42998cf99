"""Things that are counted or weighed: what one unit is, and in which steps they move."""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.identifiers import PositiveAmount
from amanat.ledger.terms.isin import Isin
from amanat.ledger.terms.scales import Decimals
from amanat.ledger.terms.template import Template

UnitName = Annotated[
    str, Meta(pattern=r"\A[A-Za-z]{1,16}\Z", title="unit", description="1 to 16 letters")
]
"""What is counted or weighed in: g, bbl, t, share."""


class MeasuredTerms(Template, frozen=True):
    """Something of which there is so much. Amounts are in the unit's smallest part."""

    lasting = ("unit", "scale")

    isin: Isin | None
    unit: UnitName
    scale: Decimals
    """Decimal places of the unit: 3 where amounts are thousandths of it."""
    denomination: PositiveAmount
    """Smallest amount that moves; amounts are multiples of it."""
