"""Totals of an instrument, kept as holdings change: by custodian, by jurisdiction, by owner.

Each is what a recount of all holdings would give, at the cost of what a movement touched.
"""

from collections.abc import Iterable
from enum import StrEnum

from amanat.ledger.custody import served
from amanat.ledger.custody.accounts import Account
from amanat.ledger.days import sealed_totals
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.state import TOTALS, State
from amanat.ledger.terms import CashTerms


class Dimension(StrEnum):
    """By what holdings are added up."""

    CUSTODIAN = "custodian"
    JURISDICTION = "jurisdiction"
    OWNER = "owner"
    """Not for cash: nobody is counted as its holder."""


Place = tuple[Dimension, str]
"""A total to which an account's holding is added."""


def value_of(account: Account, dimension: Dimension) -> str:
    """Return under which value of a dimension the account's holdings are added up."""
    if dimension is Dimension.CUSTODIAN:
        return account.custodian
    return account.owner if dimension is Dimension.OWNER else account.attestation.jurisdiction


def total(state: State, instrument: str, dimension: Dimension, value: str) -> int:
    """Return what all accounts with this value hold together of the instrument."""
    return state.get(TOTALS, instrument, dimension.value, value) or 0


def contributors(instrument: str, dimension: Dimension) -> LinkedSet:
    """Return the values under which something of the instrument is held: its holders, say."""
    return LinkedSet(dimension.value, instrument)


def add(state: State, account: Account, instrument: Instrument, amount: int) -> None:
    """Let the totals follow: the account holds `amount` more, or less where it is negative."""
    _shift(state, instrument.id, _places(account, instrument), amount)
    served.add(state, account, instrument, amount)


def move(
    state: State, source: Account, target: Account, instrument: Instrument, amount: int
) -> None:
    """Let the totals follow a movement; those that both accounts share stay as they are."""
    gives, takes = _places(source, instrument), _places(target, instrument)
    _shift(state, instrument.id, [place for place in gives if place not in takes], -amount)
    _shift(state, instrument.id, [place for place in takes if place not in gives], amount)
    served.move(state, source, target, instrument, amount)


def _places(account: Account, instrument: Instrument) -> list[Place]:
    places = [
        (Dimension.CUSTODIAN, account.custodian),
        (Dimension.JURISDICTION, account.attestation.jurisdiction),
    ]
    if not isinstance(instrument.terms, CashTerms):
        places.append((Dimension.OWNER, account.owner))
    return places


def _shift(state: State, instrument: str, places: Iterable[Place], amount: int) -> None:
    for dimension, value in places:
        before = total(state, instrument, dimension, value)
        after = before + amount
        if dimension is Dimension.CUSTODIAN:
            sealed_totals.seal(state, before, instrument, dimension.value, value)
        state.put(after or None, TOTALS, instrument, dimension.value, value)
        if before == 0:
            contributors(instrument, dimension).add(state, value)
        if after == 0:
            contributors(instrument, dimension).remove(state, value)
