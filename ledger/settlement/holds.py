"""Holds: part of a holding kept for another account until a time, to be posted to it or voided.

A hold has an end, and ends there by itself: whoever asks what of the holding is free ends those
whose time has passed. So nothing stays held for ever, whoever is gone or may no longer act.
"""

from typing import Final

from msgspec.structs import replace

from amanat.ledger.dates import DAY_MS
from amanat.ledger.encoding import Structure
from amanat.ledger.holdings import balances
from amanat.ledger.identifiers import (
    Digest,
    InstrumentId,
    LedgerTime,
    Name,
    PositiveAmount,
    Reference,
)
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.ordered_queues import OrderedQueue
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State, Table

HOLDS_MAX: Final = 1_000
"""Holds that may be open on one holding: so many may have to be ended at once."""

HOLD_MAX_MS: Final = 366 * DAY_MS
"""The longest that anything is held."""


class Hold(Structure, frozen=True):
    """An open hold."""

    id: Digest
    account: Name
    """Whose units are held."""
    target: Name
    """The account for which they are held."""
    instrument: InstrumentId
    amount: PositiveAmount
    """What is left of it."""
    agent: Name | None
    """The participant that posts it in the place of the target's owner, if one was named."""
    expires: LedgerTime
    """From this time on nothing is held any more."""
    reference: Reference | None


HOLDS: Final = Table("hold", Hold)
"""By id; open ones alone."""


def holds_on(account: str, instrument: str) -> OrderedQueue:
    """Return the open holds on a holding, in the order in which they expire."""
    return OrderedQueue("holds-on", account, instrument)


def holds_for(target: str) -> LinkedSet:
    """Return the open holds for an account."""
    return LinkedSet("holds-for", target)


def needed(state: State, identifier: bytes) -> Hold:
    """Return the hold.

    Raises:
        Refused: `unknown_hold`.
    """
    hold = state.get(HOLDS, identifier)
    if hold is None:
        raise Refused(RejectionCode.UNKNOWN_HOLD, hold=identifier.hex())
    return hold


def put(state: State, hold: Hold) -> None:
    """Put a new hold on record, and reserve what it is for."""
    balances.reserve(state, hold.account, hold.instrument, hold.amount)
    state.put(hold, HOLDS, hold.id)
    holds_on(hold.account, hold.instrument).add(state, hold.id.hex(), hold.expires)
    holds_for(hold.target).add(state, hold.id.hex())


def take(state: State, hold: Hold, amount: int) -> None:
    """Let the hold be for `amount` less. What is reserved is left to who takes it.

    Raises:
        Refused: `beyond_reserved`.
    """
    left = hold.amount - amount
    if left < 0:
        raise Refused(RejectionCode.BEYOND_RESERVED, would_take=amount, may_take=hold.amount)
    if left:
        state.put(replace(hold, amount=left), HOLDS, hold.id)
        return
    state.put(None, HOLDS, hold.id)
    holds_on(hold.account, hold.instrument).remove(state, hold.id.hex())
    holds_for(hold.target).remove(state, hold.id.hex())


def end(state: State, hold: Hold) -> None:
    """Give what is held back to its owner."""
    take(state, hold, hold.amount)
    balances.reserve(state, hold.account, hold.instrument, -hold.amount)


def release_expired(state: State, account: str, instrument: str, time: LedgerTime) -> None:
    """End every hold on the holding whose time has passed: at most `HOLDS_MAX` of them."""
    queue = holds_on(account, instrument)
    first = queue.first(state)
    while first is not None and first.rank <= time:
        end(state, needed(state, bytes.fromhex(first.member)))
        first = queue.first(state)
