"""What must hold of every state, by a recount that shares no code with the executor."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.sealed_recount import seal_violations

Tables = dict[str, dict[tuple[Any, ...], Any]]
"""All entries by kind and by the parts of their keys, decoded without their types."""


def violations(items: Iterable[tuple[bytes, bytes]]) -> list[str]:
    """Return what is wrong with a state, given all its entries; empty when nothing is.

    For each instrument, issued - redeemed is the sum of its holdings; every holding is positive and
    in range, in an account that exists, of an instrument that exists, and no more of it is reserved
    than there is. Every total and every list is what a recount gives; and so is what was sealed.
    """
    tables: dict[str, dict[tuple[Any, ...], Any]] = defaultdict(dict)
    for key, value in items:
        kind, *parts = msgspec.msgpack.decode(key)
        tables[kind][tuple(parts)] = msgspec.msgpack.decode(value)
    return [
        *_supply_violations(tables),
        *_total_violations(tables),
        *_list_violations(tables),
        *seal_violations(tables),
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


def _listed(tables: Tables) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every list that something must be on, and what."""
    for account, instrument in tables["holding"]:
        yield ("held", account), instrument
    for (instrument, dimension, value), _ in _places(tables):
        yield (dimension, instrument), value
    for (name,), account in tables["account"].items():
        yield ("accounts", account[2]), name
    for (name,), participant in tables["participant"].items():
        for role in participant[2] if participant[6] == "active" else ():
            yield ("role", role), name
    for (identifier,), proposal in tables["proposal"].items():
        if proposal[5] in ("open", "approved"):
            yield ("proposals",), identifier.hex()


def _list_violations(tables: Tables) -> Iterator[str]:
    expected: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for listing, member in _listed(tables):
        expected[listing].add(member)
    found = _walked(tables)
    for name in sorted(expected.keys() | found.keys()):
        if sorted(found.get(name, [])) != sorted(expected.get(name, set())):
            yield f"the list {' '.join(name)} is {found.get(name, [])}"


def _walked(tables: Tables) -> dict[tuple[str, ...], list[str]]:
    """Return the members of every list, in its order."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, (first, _, count) in tables["set"].items():
        members: list[str] = []
        member = first
        while member and len(members) <= count:
            members.append(member)
            member = tables["link"].get((*name, member), ("", ""))[1]
        found[name] = members
    return found
