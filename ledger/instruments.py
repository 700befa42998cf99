"""Instruments: what can be held. Each kind is a template of terms, not code of its own.

Amounts of a treasury bill are its face value in the currency's smallest unit (paisa), so that
PKR 5,000 of face is 500,000.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal

from msgspec import Meta
from stdnum import isin

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.participants import Title

Isin = Annotated[str, Meta(pattern=r"\A[A-Z]{2}[A-Z0-9]{9}[0-9]\Z")]
"""ISO 6166: country, nine letters or digits, check digit."""

CurrencyCode = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
"""ISO 4217."""


class InstrumentStatus(StrEnum):
    """Where an instrument stands in its life."""

    ACTIVE = "active"
    REDEEMED = "redeemed"


class CashTerms(Structure, frozen=True, tag="cash"):
    """Central bank money."""

    currency: CurrencyCode
    scale: Annotated[int, Meta(ge=0, le=6)]
    """Decimal places of the smallest unit: 2 for the rupee, whose smallest unit is the paisa."""

    kind = "cash"
    denomination = 1


class TreasuryBillTerms(Structure, frozen=True, tag="treasury-bill"):
    """A Market Treasury Bill: zero coupon, sold at a discount, redeemed at face (Act/365)."""

    isin: Isin
    cash: InstrumentId
    """The cash instrument that it is redeemed in."""
    denomination: PositiveAmount
    """Smallest face value, in the smallest unit of `cash`; amounts are multiples of it."""
    issue_date: Date
    maturity_date: Date
    day_count: Literal["act/365"]

    kind = "treasury-bill"


Terms = CashTerms | TreasuryBillTerms
"""The terms of every kind of instrument."""

KINDS: Final = ("cash", "treasury-bill")
"""The name of every kind, as acts and events name it."""


class Instrument(Structure, frozen=True):
    """An instrument and its issuer."""

    id: InstrumentId
    issuer: Name
    title: Title
    terms: Terms
    status: InstrumentStatus


def is_valid_isin(code: str) -> bool:
    """Return whether the check digit of `code` is right. Its form is checked by `Isin`.

    Only the library's arithmetic is used: its list of countries changes between releases, and a
    rule that authorities must agree on may not.
    """
    return bool(isin.calc_check_digit(code[:-1]) == code[-1])
