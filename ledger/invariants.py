"""What must hold of every state, by a recount that shares no code with the executor."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from amanat.ledger.identifiers import AMOUNT_MAX

Tables = dict[str, dict[tuple[Any, ...], Any]]
"""All entries by kind and by the parts of their keys, decoded without their types."""


def violations(items: Iterable[tuple[bytes, bytes]], today: int | None = None) -> list[str]:
    """Return what is wrong with a state, given all its entries; empty when nothing is.

    `today` is the calendar date, by which legal orders expire; without it, those that may have
    expired are left out.

    For each instrument, issued - redeemed is the sum of its holdings; every holding is positive and
    in range, in an account that exists, of an instrument that exists, and no more of it is reserved
    than there is. What is reserved and what legal orders in force freeze is there, and they take no
    more than they may. Every key is its participant's, or dead. Every total and every list is what
    a recount gives.
    """
    tables: dict[str, dict[tuple[Any, ...], Any]] = defaultdict(dict)
    for key, value in items:
        kind, *parts = msgspec.msgpack.decode(key)
        tables[kind][tuple(parts)] = msgspec.msgpack.decode(value)
    return [
        *_supply_violations(tables),
        *_order_violations(tables, today),
        *_key_violations(tables),
        *_total_violations(tables),
        *_list_violations(tables),
    ]


def _supply_violations(tables: Tables) -> Iterator[str]:
    held: dict[str, int] = defaultdict(int)
    for (account, instrument), (amount, reserved) in tables["holding"].items():
        held[instrument] += amount
        if not 0 < amount <= AMOUNT_MAX:
            yield f"{account} holds {amount} of {instrument}"
        if not 0 <= reserved <= amount:
            yield f"{account} has reserved {reserved} of {amount} of {instrument}"
    supplies = {name: supply[0] - supply[1] for (name,), supply in tables["supply"].items()}
    for instrument in sorted(supplies.keys() | held.keys()):
        left, there = supplies.get(instrument, 0), held[instrument]
        if left != there:
            yield f"{instrument}: issued - redeemed is {left}, holdings are {there}"
    holders = {account for account, _ in tables["holding"]}
    accounts = {name for (name,) in tables["account"]}
    for name in sorted(holders - accounts):
        yield f"{name} holds something but is no account"
    for name in sorted(held.keys() - {name for (name,) in tables["instrument"]}):
        yield f"{name} is held but not known"


def _order_violations(tables: Tables, today: int | None) -> Iterator[str]:
    in_force = set()
    for (name,), order in tables["order"].items():
        _, _, _, _, _, seizable, taken, expires, _, status = order
        if taken > seizable:
            yield f"the order {name} has taken {taken} and may take {seizable}"
        if status == "standing" and (expires is None or (today is not None and today <= expires)):
            in_force.add(name)
    for (account, instrument), freezes in tables["freezes"].items():
        frozen = sum(amount for amount, orders in freezes if in_force & set(orders))
        amount, reserved = tables["holding"].get((account, instrument), (0, 0))
        if reserved + frozen > amount:
            told = f"{reserved} of {amount} of {instrument} reserved and {frozen} frozen"
            yield f"{account} has {told}"


def _key_violations(tables: Tables) -> Iterator[str]:
    has = {key: name for (name,), held in tables["participant"].items() for key, _, _ in held[3]}
    dead = {key for (key,) in tables["dead-key"]}
    alive = {key: name for key, name in has.items() if key not in dead}
    known = {key: name for (key,), name in tables["key"].items()}
    for key in sorted(alive.keys() | known.keys()):
        if alive.get(key) != known.get(key):
            yield f"the key {key.hex()} is {alive.get(key)}'s and known as {known.get(key)}'s"


def _order_lists(tables: Tables) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every list on which an order stands, and the order."""
    for (name,), order in tables["order"].items():
        kind, *concerns = order[4]
        if order[9] != "standing":
            continue
        yield ("orders",), name
        if kind == "instrument":
            yield ("pauses", concerns[0]), name
            yield ("orders-on-instrument", concerns[0]), name
        else:
            yield ("orders-on-account", concerns[0]), name
        if kind in ("holding", "amount"):
            yield ("orders-on-instrument", concerns[1]), name


def _places(tables: Tables) -> Iterator[tuple[tuple[str, str, str], int]]:
    """Yield every total to which a holding adds, and what it adds."""
    for (name, instrument), (amount, _) in tables["holding"].items():
        account, found = tables["account"].get((name,)), tables["instrument"].get((instrument,))
        if account is None or found is None:
            continue
        _, owner, custodian, _, _, attestation = account
        yield (instrument, "custodian", custodian), amount
        yield (instrument, "jurisdiction", attestation[2]), amount
        if found[3][0] != "cash":
            yield (instrument, "owner", owner), amount


def _total_violations(tables: Tables) -> Iterator[str]:
    recount: dict[tuple[str, str, str], int] = defaultdict(int)
    for place, amount in _places(tables):
        recount[place] += amount
    totals = tables["total"]
    for place in sorted(recount.keys() | totals.keys()):
        if totals.get(place, 0) != recount.get(place, 0):
            told = " ".join(place)
            yield f"the total {told} is {totals.get(place, 0)}, a recount gives {recount[place]}"


def _list_violations(tables: Tables) -> Iterator[str]:
    expected: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for account, instrument in tables["holding"]:
        expected["held", account].add(instrument)
    for (instrument, dimension, value), _ in _places(tables):
        expected[dimension, instrument].add(value)
    for (name,), account in tables["account"].items():
        expected["accounts", account[2]].add(name)
    for (name,), participant in tables["participant"].items():
        for role in participant[2] if participant[6] == "active" else ():
            expected["role", role].add(name)
    for listed, order in _order_lists(tables):
        expected[listed].add(order)
    found = _walked(tables)
    for name in sorted(expected.keys() | found.keys()):
        if sorted(found.get(name, [])) != sorted(expected.get(name, set())):
            yield f"the list {' '.join(name)} is {found.get(name, [])}"


def _walked(tables: Tables) -> dict[tuple[str, ...], list[str]]:
    """Return the members of every list, from the first on."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, (first, _, count) in tables["set"].items():
        members: list[str] = []
        member = first
        while member and len(members) <= count:
            members.append(member)
            member = tables["link"].get((*name, member), ("", ""))[1]
        found[name] = members
    return found
