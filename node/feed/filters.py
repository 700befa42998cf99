"""Which events a reader wants."""

from dataclasses import dataclass
from typing import Final

from amanat.ledger.operations import OPERATIONS
from amanat.ledger.receipts import Event
from amanat.node.api.access.touched import accounts_named

EVENTS: Final = frozenset(name for operation in OPERATIONS for name in operation.emits)
"""The name of every event that there can be."""

INSTRUMENT_FIELDS: Final = ("instrument", "cash", "payment")
"""Fields of events that name an instrument."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What an event must be to be wanted; None wants all."""

    account: str | None = None
    instrument: str | None = None
    names: frozenset[str] | None = None

    def wants(self, event: Event) -> bool:
        """Return whether `event` is wanted."""
        if self.names is not None and event.name not in self.names:
            return False
        if self.account is not None and self.account not in accounts_named(event):
            return False
        return self.instrument is None or any(
            event.fields.get(field) == self.instrument for field in INSTRUMENT_FIELDS
        )
