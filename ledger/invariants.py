"""What must hold of every state, by a recount that shares no code with the executor."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from amanat.ledger.identifiers import AMOUNT_MAX


def violations(items: Iterable[tuple[bytes, bytes]]) -> list[str]:
    """Return what is wrong with a state, given all its entries; empty when nothing is.

    For each instrument, issued - redeemed is the sum of its holdings; every holding is positive and
    in range, in an account that exists, of an instrument that exists.
    """
    supplies: dict[str, int] = {}
    held: dict[str, int] = defaultdict(int)
    accounts: set[str] = set()
    instruments: set[str] = set()
    holders: set[str] = set()
    found = []
    for key, value in items:
        kind, *parts = msgspec.msgpack.decode(key)
        entry = msgspec.msgpack.decode(value)
        if kind == "account":
            accounts.add(parts[0])
        elif kind == "instrument":
            instruments.add(parts[0])
        elif kind == "supply":
            supplies[parts[0]] = entry[0] - entry[1]
        elif kind == "holding":
            holders.add(parts[0])
            held[parts[1]] += entry[0]
            if not 0 < entry[0] <= AMOUNT_MAX:
                found.append(f"{parts[0]} holds {entry[0]} of {parts[1]}")
    for instrument in sorted(supplies.keys() | held.keys()):
        outstanding = supplies.get(instrument, 0)
        if outstanding != held[instrument]:
            found.append(
                f"{instrument}: issued - redeemed is {outstanding}, holdings are {held[instrument]}"
            )
    found += [f"{name} holds something but is no account" for name in sorted(holders - accounts)]
    found += [f"{name} is held but not known" for name in sorted(held.keys() - instruments)]
    return found
