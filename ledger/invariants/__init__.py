"""What must hold of every state, by a recount that shares no code with the executor.

One file says it for each part of the register.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from amanat.ledger.invariants.custody import custody_violations, served_violations
from amanat.ledger.invariants.holdings import supply_violations
from amanat.ledger.invariants.issues import (
    borrowing_violations,
    instrument_violations,
    tranche_violations,
)
from amanat.ledger.invariants.keys import key_violations
from amanat.ledger.invariants.lists import list_violations
from amanat.ledger.invariants.orders import order_violations
from amanat.ledger.invariants.promises import promise_violations
from amanat.ledger.invariants.seals import seal_violations
from amanat.ledger.invariants.totals import total_violations


def violations(items: Iterable[tuple[bytes, bytes]], today: int | None = None) -> list[str]:
    """Return what is wrong with a state, given all its entries; empty when nothing is.

    `today` is the calendar date, by which legal orders expire; without it, those that may have
    expired are left out.

    For each instrument, issued - redeemed is the sum of its holdings; every holding is positive and
    in range, in an account that exists, of an instrument that exists. What is reserved of it is
    what its holds and pledges are for; together with what legal orders in force freeze it is no
    more than there is, and orders take no more than they may. Every key is its participant's, or
    dead. Every total and every list is what a recount gives; and so is what was sealed. No more is
    issued than was authorised and, of debt, than the ceiling allowed that held then; nothing exists
    of an instrument whose status says so.
    """
    tables: dict[str, dict[tuple[Any, ...], Any]] = defaultdict(dict)
    for key, value in items:
        kind, *parts = msgspec.msgpack.decode(key)
        tables[kind][tuple(parts)] = msgspec.msgpack.decode(value)
    return [
        *supply_violations(tables),
        *promise_violations(tables),
        *order_violations(tables, today),
        *key_violations(tables),
        *total_violations(tables),
        *list_violations(tables),
        *instrument_violations(tables),
        *tranche_violations(tables),
        *borrowing_violations(tables),
        *served_violations(tables),
        *custody_violations(tables),
        *seal_violations(tables),
    ]
