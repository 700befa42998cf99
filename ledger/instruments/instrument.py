"""Instruments: what can be held. What one promises is in its terms, a template for each kind."""

from enum import StrEnum

import msgspec

from amanat.ledger.dates import Date
from amanat.ledger.encoding import Structure
from amanat.ledger.governance.participants import Title
from amanat.ledger.identifiers import InstrumentId, Name, PositiveAmount
from amanat.ledger.terms import Terms


class InstrumentStatus(StrEnum):
    """Where an instrument stands in its life."""

    ANNOUNCED = "announced"
    """Its terms are known and may still change; nothing of it exists."""
    ACTIVE = "active"
    MATURED = "matured"
    """It is due; no more of it is issued. Never kept: it follows from the date."""
    REDEEMED = "redeemed"
    """All of it was redeemed, and no more can come."""
    DEFAULT = "default"
    """Its issuer has not paid what was due; no more of it is issued."""
    SUSPENDED = "suspended"
    """Nothing that its holders want moves; what it owes is still paid."""
    CANCELLED = "cancelled"
    """It was announced and will never be issued."""


class Instrument(Structure, frozen=True):
    """An instrument and its issuer."""

    id: InstrumentId
    issuer: Name
    title: Title
    terms: Terms
    status: InstrumentStatus
    """What was decided; `status_on` has what follows from the date as well."""
    authorised: PositiveAmount | None
    """How much may be issued in all, whatever was redeemed; None for cash, which has no limit."""
    paying_agent: Name | None
    """Who may redeem it in the issuer's place, if anybody."""

    def status_on(self, date: Date) -> InstrumentStatus:
        """Return where it stands on a business date."""
        matures = self.terms.matures
        if self.status is InstrumentStatus.ACTIVE and matures is not None and date >= matures:
            return InstrumentStatus.MATURED
        return self.status


def changed(instrument: Instrument, **fields: object) -> Instrument:
    """Return the instrument with other `fields`."""
    after: Instrument = msgspec.structs.replace(instrument, **fields)
    return after
