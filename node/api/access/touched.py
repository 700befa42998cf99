"""Which accounts and participants operations and their events name. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from amanat.ledger.claims.holds import HOLDS
from amanat.ledger.claims.pledges import PLEDGES
from amanat.ledger.custody.accounts import Account
from amanat.ledger.encoding import Structure
from amanat.ledger.governance.participants import Participant
from amanat.ledger.governance.proposals import Proposal
from amanat.ledger.operations import (
    Approve,
    ExecuteProposal,
    ExtendOrder,
    ForceTransfer,
    LiftOrder,
    MoveClients,
    WithdrawProposal,
)
from amanat.ledger.operations.proposing import acts_of
from amanat.ledger.receipts import Event
from amanat.ledger.settlement.settlements import INSTRUCTIONS, SETTLEMENTS
from amanat.ledger.state import ACCOUNTS, ORDERS, PROPOSALS, State, Table

ACCOUNT_FIELDS: Final = frozenset(
    [
        "account",
        "source",
        "target",
        "seller",
        "buyer",
        "counterparty",
        "payer",
        "deliverer",
        "receiver",
    ]
)
"""Fields of operations and events that name an account, but where `_PARTICIPANTS` says else."""

PARTICIPANT_FIELDS: Final = frozenset(
    [
        "participant",
        "custodian",
        "owner",
        "distributor",
        "issuer",
        "agent",
        "beneficiary",
        "entered_by",
    ]
)
"""Fields that name a participant."""

_PARTICIPANTS: Final = frozenset(
    [(MoveClients, "source"), (MoveClients, "target"), (Participant, "name")]
)
_PARTICIPANT_EVENTS: Final = frozenset(["account-moved", "clients-moved"])
"""Events whose `source` and `target` are custodians."""

_ON_PROPOSALS: Final = (Approve, ExecuteProposal, WithdrawProposal)
_ON_ORDERS: Final = (ExtendOrder, ForceTransfer, LiftOrder)


BY_ID: Final[dict[str, Sequence[Table[Any]]]] = {
    "hold": (HOLDS,),
    "pledge": (PLEDGES,),
    "instruction": (INSTRUCTIONS,),
    "settlement": (SETTLEMENTS,),
    "settlements": (SETTLEMENTS,),
    "despite_claims": (PLEDGES, HOLDS),
}
"""Fields of operations that name what hangs on accounts by its id, and where that is."""


@dataclass(slots=True)
class Touched:
    """What was named."""

    accounts: set[str] = field(default_factory=set)
    participants: set[str] = field(default_factory=set)
    refers: bool = False
    """Whether something of an account was named by its id, be it there (any more) or not."""


def by_operations(state: State, operations: Sequence[Structure]) -> Touched:
    """Return what operations name, also by the proposals and orders that they are about."""
    touched = Touched()
    for operation in operations:
        _walk(operation, touched)
        if isinstance(operation, _ON_ORDERS):
            order = state.get(ORDERS, operation.order)
            if order is not None and order.account is not None:
                touched.accounts.add(order.account)
        touched.refers |= any(_ids(operation))
        for thing in by_id(state, operation):
            _walk(thing, touched)
    for proposal in proposals(state, operations):
        acts = by_operations(state, acts_of(proposal))
        touched.accounts |= acts.accounts
        touched.participants |= acts.participants
        touched.refers |= acts.refers
    return touched


def by_id(state: State, operation: Structure) -> list[Structure]:
    """Return what an operation, or one within it, names by its id: holds, pledges, instructions."""
    found = (state.get(table, each) for tables, each in _ids(operation) for table in tables)
    return [each for each in found if each is not None]


def named(thing: Structure) -> Touched:
    """Return what a single thing names, an operation or what one is about."""
    touched = Touched()
    _walk(thing, touched)
    return touched


def _ids(value: Structure) -> Iterator[tuple[Sequence[Table[Any]], bytes]]:
    for name in value.__struct_fields__:
        found = getattr(value, name)
        ids = found if isinstance(found, tuple) else (found,)
        if name in BY_ID:
            yield from ((BY_ID[name], each) for each in ids if isinstance(each, bytes))
        for inner in _structures(found):
            yield from _ids(inner)


def proposals(state: State, operations: Iterable[Structure]) -> list[Proposal]:
    """Return the proposals that operations are about."""
    found = (
        state.get(PROPOSALS, each.proposal)
        for each in operations
        if isinstance(each, _ON_PROPOSALS)
    )
    return [each for each in found if each is not None]


def by_events(state: State, events: Iterable[Event]) -> set[str]:
    """Return the accounts that events name."""
    named: set[str] = set()
    for event in events:
        named |= accounts_named(event)
    return {name for name in named if state.get(ACCOUNTS, name) is not None}


def accounts_named(event: Event) -> set[str]:
    """Return what an event names in the place of an account, be there such an account or not."""
    moves = event.name in _PARTICIPANT_EVENTS
    fields = ACCOUNT_FIELDS - {"source", "target"} if moves else ACCOUNT_FIELDS
    return {str(value) for name, value in event.fields.items() if name in fields}


def _walk(value: Structure, touched: Touched) -> None:
    kind = type(value)
    for name in value.__struct_fields__:
        found = getattr(value, name)
        if isinstance(found, str):
            if (kind, name) in _PARTICIPANTS or name in PARTICIPANT_FIELDS:
                touched.participants.add(found)
            elif name in ACCOUNT_FIELDS or (kind, name) == (Account, "name"):
                touched.accounts.add(found)
        for inner in _structures(found):
            _walk(inner, touched)


def _structures(value: object) -> Iterator[Structure]:
    if isinstance(value, Structure):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _structures(each)
