"""What a custodian under limits serves, added up over all instruments as holdings change.

It is kept for those that have limits and for nobody else, so that others do not pay for it.
"""

from typing import Final

from amanat.ledger.custody.accounts import Account
from amanat.ledger.custody.limits import limits_of
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.state import State, Table
from amanat.ledger.terms import DebtTerms

EVERYWHERE: Final = ""
"""Stands for residents of all countries together."""

SERVED: Final = Table("served", bytes)
"""By custodian, cash and country: the face value of the debt that it serves, as 16 bytes in network
order. A sum over instruments has no bound of its own, and the amounts of many could exceed it."""


def money_of(instrument: Instrument) -> str | None:
    """Return the cash in whose smallest unit the instrument's face is counted, if it is debt."""
    terms = instrument.terms
    return terms.cash if isinstance(terms, DebtTerms) else None


def served(state: State, custodian: str, cash: str, jurisdiction: str = EVERYWHERE) -> int:
    """Return the face value of the debt that the custodian serves, if it has limits."""
    entry: bytes | None = state.get(SERVED, custodian, cash, jurisdiction)
    return 0 if entry is None else int.from_bytes(entry)


def add(state: State, account: Account, instrument: Instrument, amount: int) -> None:
    """Let the sums follow: the account holds `amount` more, or less where it is negative."""
    cash = money_of(instrument)
    if cash is None or limits_of(state, account.custodian) is None:
        return
    for jurisdiction in (EVERYWHERE, account.attestation.jurisdiction):
        after = served(state, account.custodian, cash, jurisdiction) + amount
        entry = after.to_bytes(16) if after else None
        state.put(entry, SERVED, account.custodian, cash, jurisdiction)


def move(
    state: State, source: Account, target: Account, instrument: Instrument, amount: int
) -> None:
    """Let the sums follow a movement, where it changes who is served by whom."""
    same = source.attestation.jurisdiction == target.attestation.jurisdiction
    if same and source.custodian == target.custodian:
        return
    add(state, source, instrument, -amount)
    add(state, target, instrument, amount)
