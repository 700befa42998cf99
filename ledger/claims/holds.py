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
from amanat.ledger.operation_execution import Execution
from amanat.ledger.ordered_queues import OrderedQueue
from amanat.ledger.orders.freezes import freeze_again
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State, Table

HOLDS_MAX: Final = 1_000
"""Holds that may be open on one holding for another to be opened."""

FOLLOWING_MAX: Final = 2 * HOLDS_MAX
"""Holds that may be open on one holding together with those that have followed to it from matured
units: so many may have to be ended at once."""

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
    orders: tuple[Name, ...] = ()
    """For cash that was paid for matured units: the legal orders that stopped the holding of these.
    While one of them is in force the hold is not posted, and what it gives back is frozen."""


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


def end(execution: Execution, hold: Hold) -> None:
    """Give what is held back to its owner, under its orders."""
    take(execution.state, hold, hold.amount)
    balances.reserve(execution.state, hold.account, hold.instrument, -hold.amount)
    freeze_again(execution, hold.account, hold.instrument, hold.amount, hold.orders)


def release_expired(execution: Execution, account: str, instrument: str) -> None:
    """End every hold on the holding whose time has passed: at most `FOLLOWING_MAX` of them."""
    state, queue = execution.state, holds_on(account, instrument)
    first = queue.first(state)
    while first is not None and first.rank <= execution.time:
        end(execution, needed(state, bytes.fromhex(first.member)))
        first = queue.first(state)
