"""The state as tables, with a write set that can be rolled back.

A key is the encoding of `[kind, part, ...]`; a value is the encoding of its structure. A block
works on one `State` over the tree it starts from; a transaction that is refused is rolled back
within it.
"""

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

import msgspec

from amanat.ledger.configurations import Configuration
from amanat.ledger.custody.accounts import Account, Holding
from amanat.ledger.dates import BusinessDay
from amanat.ledger.days.calendar import Calendar
from amanat.ledger.days.seals import DaySeal, LastChange, SealedTotal
from amanat.ledger.encoding import encode
from amanat.ledger.executed import ExecutedDay, RejectionCount
from amanat.ledger.governance.participants import Participant
from amanat.ledger.governance.policies import Parameters, Policy
from amanat.ledger.governance.programs import RequiredPrograms
from amanat.ledger.governance.proposals import Proposal
from amanat.ledger.identifiers import Amount
from amanat.ledger.instruments.ceilings import Borrowing, Ceilings
from amanat.ledger.instruments.document import Document
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.instruments.supply import Supply
from amanat.ledger.instruments.tranche import Tranche, TrancheTotals
from amanat.ledger.links import Ends, Link
from amanat.ledger.orders.legal_orders import Freeze, LegalOrder
from amanat.ledger.versions import Versions

V = TypeVar("V")


class Table(Generic[V]):
    """One kind of state: how its keys are made and what its values are."""

    def __init__(self, kind: str, value: type[V]) -> None:
        self.kind = kind
        self.decode: Callable[[bytes], V] = msgspec.msgpack.Decoder(value).decode

    def key(self, *parts: str | bytes | int) -> bytes:
        """Return the key of the entry that `parts` name."""
        return encode((self.kind, *parts))


PARTICIPANTS: Final = Table("participant", Participant)
KEYS: Final = Table("key", str)
"""By public key: the name of the participant it belongs to."""
DEAD_KEYS: Final = Table("dead-key", str)
"""By public key: whose it was when it was given up, blocked or taken by recovery. It is nobody's
for ever."""
ACCOUNTS: Final = Table("account", Account)
INSTRUMENTS: Final = Table("instrument", Instrument)
TRANCHES: Final = Table("tranche", Tranche)
"""By instrument and number."""
TRANCHE_TOTALS: Final = Table("tranches", TrancheTotals)
"""By instrument; none for one without tranches."""
DOCUMENTS: Final = Table("document", Document)
"""By instrument and digest, in hexadecimal."""
CEILINGS: Final = Table("ceilings", Ceilings)
"""By cash instrument: how much may be owed in it."""
BORROWING: Final = Table("borrowing", Borrowing)
"""By cash instrument: what all debt in it amounts to."""
HOLDINGS: Final = Table("holding", Holding)
"""By account and instrument."""
SUPPLIES: Final = Table("supply", Supply)
TOTALS: Final = Table("total", Amount)
"""By instrument, `totals.Dimension` and value: what accounts hold together."""
POLICIES: Final = Table("policy", Policy)
"""By act."""
PROPOSALS: Final = Table("proposal", Proposal)
"""By id."""
ORDERS: Final = Table("order", LegalOrder)
"""By id. None is ever deleted."""
FREEZES: Final = Table("freezes", tuple[Freeze, ...])
"""By account and instrument: those of its orders that have expired meanwhile count no more."""
BUSINESS_DAY: Final = Table("business-day", BusinessDay)
"""The one on which the ledger works."""
CALENDAR: Final = Table("calendar", Calendar)
DAY_SEALS: Final = Table("day-seal", DaySeal)
"""By the date of the business day that was closed."""
LAST_CHANGES: Final = Table("last-change", LastChange)
"""By instrument and figure (see `sealed_totals`): when it last changed."""
SEALED_TOTALS: Final = Table("sealed-total", SealedTotal)
"""By instrument, figure and the date since when it stood so."""
SETS: Final = Table("set", Ends)
"""By the name of a linked set: its ends."""
LINKS: Final = Table("link", Link)
"""By the name of a linked set and a member: its neighbours."""
CONFIGURATION: Final = Table("configuration", Configuration)
PARAMETERS: Final = Table("parameters", Parameters)
VERSIONS: Final = Table("versions", Versions)
PROGRAMS: Final = Table("programs", RequiredPrograms)
EXECUTED: Final = Table("executed", ExecutedDay)
"""By the day of `valid_until`."""
REJECTIONS: Final = Table("rejections", RejectionCount)
"""By participant."""


class State:
    """Reads through to `read`; keeps what is written until `changes` hands it over.

    What was read or written stays decoded in `values`. Whoever executes the next block on this
    state may start from them; whoever gives up this state throws them away with it.
    """

    __slots__ = ("_journal", "_read", "_written", "values")

    def __init__(
        self,
        read: Callable[[bytes], bytes | None],
        values: dict[bytes, Any] | None = None,
    ) -> None:
        self._read = read
        self.values: dict[bytes, Any] = {} if values is None else values
        self._written: dict[bytes, None] = {}
        self._journal: list[tuple[bytes, Any]] = []

    def get(self, table: Table[V], *parts: str | bytes | int) -> V | None:
        """Return the entry that `parts` name, or None."""
        key = encode((table.kind, *parts))
        values = self.values
        if key in values:
            found: V | None = values[key]
            return found
        raw = self._read(key)
        value = None if raw is None else table.decode(raw)
        values[key] = value
        return value

    def put(self, value: V | None, table: Table[V], *parts: str | bytes | int) -> None:
        """Set the entry that `parts` name, or delete it if `value` is None."""
        key = encode((table.kind, *parts))
        if key not in self.values:
            self.get(table, *parts)
        self._journal.append((key, self.values[key]))
        self.values[key] = value
        self._written[key] = None

    def commit(self) -> None:
        """Keep what was written since the last `commit`."""
        self._journal.clear()

    def rollback(self, mark: int = 0) -> None:
        """Undo what was written since `mark`; without one, since the last `commit`."""
        while len(self._journal) > mark:
            key, value = self._journal.pop()
            self.values[key] = value

    def mark(self) -> int:
        """Return a place to which `rollback` can return, until the next `commit`."""
        return len(self._journal)

    def changes(self) -> dict[bytes, bytes | None]:
        """Return every key written, with its encoded value, None for a deleted entry."""
        return {
            key: None if self.values[key] is None else encode(self.values[key])
            for key in self._written
        }


def configuration_of(state: State) -> Configuration:
    """Return who decides, as `state` has it. Raises as `_only` does."""
    return _only(state, CONFIGURATION)


def business_day_of(state: State) -> BusinessDay:
    """Return the day on which the ledger works, as `state` has it. Raises as `_only` does."""
    return _only(state, BUSINESS_DAY)


def parameters_of(state: State) -> Parameters:
    """Return the limits of the network, as `state` has them. Raises as `_only` does."""
    return _only(state, PARAMETERS)


def calendar_of(state: State) -> Calendar:
    """Return the calendar of business days, as `state` has it. Raises as `_only` does."""
    return _only(state, CALENDAR)


def versions_of(state: State) -> Versions:
    """Return by which rules the ledger works, as `state` has it. Raises as `_only` does."""
    return _only(state, VERSIONS)


def programs_of(state: State) -> RequiredPrograms:
    """Return which programs governance allows, as `state` has it: any, until it has decided."""
    return state.get(PROGRAMS) or RequiredPrograms()


def _only(state: State, table: Table[V]) -> V:
    """Return the one entry of a table that genesis fills.

    Raises:
        ValueError: the state does not come from a genesis document.
    """
    value = state.get(table)
    if value is None:
        raise ValueError(f"the state holds no {table.kind}: it comes from no genesis document")
    return value
