"""Pledges: part of a holding that secures a debt. It stays its owner's, and cannot move otherwise.

A pledge has no end of its own: its beneficiary releases or enforces it. While its beneficiary is
suspended, and can sign nothing, governance releases it in its place.
"""

from typing import Final

from msgspec.structs import replace

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.encoding import Structure
from amanat.ledger.governance.participants import Standing
from amanat.ledger.holdings import balances
from amanat.ledger.identifiers import Digest, InstrumentId, Name, PositiveAmount, Reference
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.operation_execution import Execution
from amanat.ledger.orders.freezes import freeze_again
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import State, Table


class Pledge(Structure, frozen=True):
    """A lien on part of a holding."""

    id: Digest
    account: Name
    """Whose units are pledged."""
    instrument: InstrumentId
    amount: PositiveAmount
    """What is still pledged."""
    beneficiary: Name
    """The participant to whom they are pledged."""
    reference: Reference
    """What they secure, as its parties call it."""
    orders: tuple[Name, ...] = ()
    """For cash that was paid for matured units: the legal orders that stopped the holding of these.
    While one of them is in force the pledge is not enforced, and what is released is frozen."""


PLEDGES: Final = Table("pledge", Pledge)
"""By id; those with something left alone."""


def pledges_on(account: str, instrument: str) -> LinkedSet:
    """Return the pledges on a holding, the oldest first."""
    return LinkedSet("pledges-on", account, instrument)


def pledges_to(beneficiary: str) -> LinkedSet:
    """Return the pledges to a participant."""
    return LinkedSet("pledges-to", beneficiary)


def needed(execution: Execution, identifier: bytes) -> Pledge:
    """Return the pledge.

    Raises:
        Refused: `unknown_pledge`.
    """
    pledge = execution.state.get(PLEDGES, identifier)
    if pledge is None:
        raise Refused(RejectionCode.UNKNOWN_PLEDGE, pledge=identifier.hex())
    return pledge


def giving_up(execution: Execution, pledge: Pledge) -> Requirement:
    """Return whose consent it takes that something is pledged no longer."""
    if execution.participant(pledge.beneficiary).standing is Standing.SUSPENDED:
        return ApprovalOf("release-pledge")
    return SignatureOf(pledge.beneficiary)


def put(state: State, pledge: Pledge) -> None:
    """Put a new pledge on record, and reserve what it is for."""
    balances.reserve(state, pledge.account, pledge.instrument, pledge.amount)
    state.put(pledge, PLEDGES, pledge.id)
    pledges_on(pledge.account, pledge.instrument).add(state, pledge.id.hex())
    pledges_to(pledge.beneficiary).add(state, pledge.id.hex())


def take(state: State, pledge: Pledge, amount: int) -> None:
    """Let `amount` less be pledged. What is reserved is left to who takes it.

    Raises:
        Refused: `beyond_reserved`.
    """
    left = pledge.amount - amount
    if left < 0:
        raise Refused(RejectionCode.BEYOND_RESERVED, would_take=amount, may_take=pledge.amount)
    if left:
        state.put(replace(pledge, amount=left), PLEDGES, pledge.id)
        return
    state.put(None, PLEDGES, pledge.id)
    pledges_on(pledge.account, pledge.instrument).remove(state, pledge.id.hex())
    pledges_to(pledge.beneficiary).remove(state, pledge.id.hex())


def release(execution: Execution, pledge: Pledge, amount: int) -> None:
    """Give an amount back to its owner, under its orders. Raises as `take` does."""
    take(execution.state, pledge, amount)
    balances.reserve(execution.state, pledge.account, pledge.instrument, -amount)
    freeze_again(execution, pledge.account, pledge.instrument, amount, pledge.orders)
