"""Cash: central bank money."""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.terms.scales import Decimals
from amanat.ledger.terms.template import Template

CurrencyCode = Annotated[
    str,
    Meta(pattern=r"\A[A-Z]{3}\Z", title="currency", description="three capitals (ISO 4217)"),
]
"""ISO 4217."""


class CashTerms(Template, frozen=True, tag="cash"):
    """Central bank money."""

    lasting = ("currency", "scale")

    currency: CurrencyCode
    scale: Decimals

    denomination = 1
    isin = None
