"""Legal orders for tests: what a court, the tax authority or a regulator has registered."""

from hashlib import sha256
from typing import Final

from amanat.ledger.dates import DAY_MS, PAKISTAN_UTC_OFFSET_MS
from amanat.ledger.operations import ExtendOrder, ForceTransfer, LiftOrder, RegisterOrder
from amanat.ledger.orders.legal_orders import (
    AccountScope,
    AmountScope,
    Direction,
    HoldingScope,
    InstrumentScope,
    Scope,
)
from tests.ledger.desk import Desk
from tests.ledger.world import NOTICE, RUPEE, START

TODAY: Final = (START + PAKISTAN_UTC_OFFSET_MS) // DAY_MS
"""The calendar date on which the test network is created."""

ENTERED: Final = "sbp"
"""Who enters the orders."""

WHOLE: Final = AccountScope("alpha", Direction.BOTH)
CASH: Final = HoldingScope("alpha", RUPEE, Direction.DEBIT)
PAUSE: Final = InstrumentScope(RUPEE)


def amount(of: int, account: str = "alpha", instrument: str = RUPEE) -> AmountScope:
    """Return the scope that freezes so much."""
    return AmountScope(account, instrument, of)


def document(name: str) -> bytes:
    """Return the digest of a document."""
    return sha256(name.encode()).digest()


def order(
    scope: Scope, name: str = "court-1", *, expires: int | None = None, seizable: int = 0
) -> RegisterOrder:
    """Return the registration of a High Court's order."""
    return RegisterOrder(
        order=name,
        issued_by="High Court of Sindh",
        reference=f"Suit {name}",
        document=document(name),
        scope=scope,
        seizable=seizable,
        expires=expires,
        entered_by=ENTERED,
    )


def lifted(name: str = "court-1") -> LiftOrder:
    """Return the lifting of an order."""
    return LiftOrder(name, f"Decision on {name}", document(f"lifts {name}"))


def extended(expires: int | None, name: str = "court-1") -> ExtendOrder:
    """Return the extension of an order."""
    return ExtendOrder(name, expires, f"Decision on {name}", document(f"extends {name}"))


def register(desk: Desk, *orders: RegisterOrder) -> None:
    """Register orders, signed by all who may have to."""
    desk.do("mof, sbp", *orders)


def taking(
    of: int,
    name: str = "court-1",
    *,
    source: str = "alpha",
    target: str = "sbp-house",
    instrument: str = RUPEE,
    despite: tuple[str, ...] = (),
    claims: tuple[bytes, ...] = (),
) -> ForceTransfer:
    """Return a transfer that an order wants."""
    return ForceTransfer(name, source, target, instrument, of, despite, claims)


def at_start_of(date: int) -> int:
    """Return the ledger time at which a date begins, with room for the blocks that close days."""
    return date * DAY_MS - PAKISTAN_UTC_OFFSET_MS + 10_000


def notice_over(desk: Desk) -> int:
    """Return the ledger time at which the notice of a forced transfer proposed now is over."""
    return desk.time + NOTICE["force-transfer"] + 10_000
