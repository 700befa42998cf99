"""Reads events on from a place, one page at a time, with a bounded amount of work for each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode
from amanat.ledger.identifiers import Digest, Height, LedgerTime
from amanat.ledger.receipts import Event
from amanat.ledger.transactions import CheckedTransaction, open_transaction
from amanat.node.api.access.sight import Sight
from amanat.node.feed.cursor import Place
from amanat.node.feed.filters import Filter
from amanat.node.records import StorageFailed
from amanat.node.store import Store

BLOCKS_MAX: Final = 1_000
"""Blocks that are looked through for one page."""

TRANSACTIONS_MAX: Final = 5_000
"""Transactions that are looked through for one page."""

SLICE: Final = 100
"""Blocks and transactions that are looked at between two breaths of the event loop."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event, and where it stands."""

    place: Place
    time: LedgerTime
    transaction: Digest
    event: Event

    @property
    def after(self) -> Place:
        """Where whoever was told this goes on."""
        return self.place._replace(event=self.place.event + 1)


@dataclass(frozen=True, slots=True)
class Page:
    """Events in the order of the chain."""

    events: list[Told]
    next: Place
    """Where to go on, also if nothing was found."""
    complete: bool
    """Whether this is all that there is so far."""


@dataclass(slots=True)
class _Budget:
    """What may still be looked at for this page."""

    blocks: int = BLOCKS_MAX
    transactions: int = TRANSACTIONS_MAX
    seen: int = 0

    @property
    def is_spent(self) -> bool:
        return self.blocks <= 0 or self.transactions <= 0

    async def breathe(self) -> None:
        """Let others have a turn, every now and then."""
        self.seen += 1
        if self.seen % SLICE == 0:
            await asyncio.sleep(0)


@dataclass(slots=True)
class _Contents:
    """The transactions of a block as they were signed; read once, if they are asked for."""

    store: Store
    height: Height
    read: bool = False
    envelopes: Sequence[bytes] = field(default_factory=tuple)

    def at(self, index: int) -> CheckedTransaction | None:
        """Return the transaction at `index`, or None if the block is kept no more."""
        if not self.read:
            self.read = True
            entry = self.store.entry(self.height)
            if entry is not None:
                payload = entry.payload
                self.envelopes = decode(payload, Block, bytes_max=len(payload)).transactions
        if not self.envelopes:
            return None
        envelope = self.envelopes[index]
        return open_transaction(envelope, bytes_max=len(envelope))


def first_kept(store: Store, sight: Sight) -> Height:
    """Return the first block of which this node can tell a reader everything that is for it.

    Whom a transaction concerns stands in the transaction too, and that may be kept for fewer blocks
    than what it did.
    """
    return store.first_height if sight.sees_all else max(store.first_height, store.base)


async def read(
    store: Store, start: Place, *, final: Height, sight: Sight, wanted: Filter, limit: int
) -> Page:
    """Return up to `limit` events from `start` on, in the blocks up to `final`."""
    found: list[Told] = []
    budget = _Budget()
    place = start
    while place.height <= final and not budget.is_spent:
        budget.blocks -= 1
        await budget.breathe()
        stopped = await _block(
            store, place, sight=sight, wanted=wanted, into=(found, limit, budget)
        )
        if stopped is not None:
            return Page(found, stopped, complete=False)
        place = Place(place.height + 1)
    return Page(found, place, complete=place.height > final)


async def _block(
    store: Store,
    start: Place,
    *,
    sight: Sight,
    wanted: Filter,
    into: tuple[list[Told], int, _Budget],
) -> Place | None:
    """Look through one block. Return where that stopped, None at the block's end."""
    found, limit, budget = into
    height = start.height
    header = store.header(height)
    if header is None:
        raise StorageFailed(f"the header at height {height} is missing")
    contents = _Contents(store, height)
    for index, receipt in enumerate(store.receipts(height)):
        if index < start.transaction:
            continue
        first = start.event if index == start.transaction else 0
        if budget.transactions <= 0:
            return Place(height, index, first)
        budget.transactions -= 1
        await budget.breathe()
        for number, event in sight.events(receipt, lambda at=index: contents.at(at)):  # type: ignore[misc]
            if number < first or not wanted.wants(event):
                continue
            if len(found) == limit:
                return Place(height, index, number)
            place = Place(height, index, number)
            found.append(Told(place, header.time, receipt.transaction, event))
    return None
