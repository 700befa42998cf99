"""What must hold of every state, by a recount that shares no code with the executor."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from amanat.ledger.identifiers import AMOUNT_MAX

Tables = dict[str, dict[tuple[Any, ...], Any]]
"""All entries by kind and by the parts of their keys, decoded without their types."""

CASH_OF: Final = {"treasury-bill": 2}
"""Where the terms of each kind of debt, as they are stored, name the cash that it is paid in."""


def violations(items: Iterable[tuple[bytes, bytes]]) -> list[str]:
    """Return what is wrong with a state, given all its entries; empty when nothing is.

    For each instrument, issued - redeemed is the sum of its holdings; every holding is positive and
    in range, in an account that exists, of an instrument that exists, and no more of it is reserved
    than there is. Every total and every list is what a recount gives.
    """
    tables: dict[str, dict[tuple[Any, ...], Any]] = defaultdict(dict)
    for key, value in items:
        kind, *parts = msgspec.msgpack.decode(key)
        tables[kind][tuple(parts)] = msgspec.msgpack.decode(value)
    return [
        *_supply_violations(tables),
        *_total_violations(tables),
        *_list_violations(tables),
        *_served_violations(tables),
        *_custody_violations(tables),
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
        if account[3] == "client":
            yield ("clients", account[2]), name
    for (name,), participant in tables["participant"].items():
        for role in participant[2] if participant[6] == "active" else ():
            yield ("role", role), name


def _list_violations(tables: Tables) -> Iterator[str]:
    expected: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for listing, member in _listed(tables):
        expected[listing].add(member)
    found: dict[tuple[str, ...], list[str]] = {}
    for name, (first, _, count) in tables["set"].items():
        members: list[str] = []
        member = first
        while member and len(members) <= count:
            members.append(member)
            member = tables["link"].get((*name, member), ("", ""))[1]
        found[name] = members
    for name in sorted(expected.keys() | found.keys()):
        if sorted(found.get(name, [])) != sorted(expected.get(name, set())):
            yield f"the list {' '.join(name)} is {found.get(name, [])}"


def _served_violations(tables: Tables) -> Iterator[str]:
    """Yield every sum, over instruments, of what a custodian under limits serves that is wrong."""
    recount: dict[tuple[str, str, str], int] = defaultdict(int)
    for (name, instrument), (amount, _) in tables["holding"].items():
        account, found = tables["account"].get((name,)), tables["instrument"].get((instrument,))
        if account is None or found is None or (account[2],) not in tables["limits"]:
            continue
        terms = found[3]
        if terms[0] in CASH_OF:
            for country in ("", account[5][2]):
                recount[account[2], terms[CASH_OF[terms[0]]], country] += amount
    kept = {place: int.from_bytes(value) for place, value in tables["served"].items()}
    for place in sorted(recount.keys() | kept.keys()):
        if kept.get(place, 0) != recount.get(place, 0):
            told = " ".join(place).rstrip()
            yield f"served {told} is {kept.get(place, 0)}, a recount gives {recount[place]}"


def _custody_violations(tables: Tables) -> Iterator[str]:
    for (name,), (successor, _) in tables["succession"].items():
        participant = tables["participant"].get((name,))
        if participant is None or (successor,) not in tables["participant"]:
            yield f"the clients of {name} go to {successor}, and one of them is not known"
        elif participant[6] == "active" and {"custodian", "distributor"} & set(participant[2]):
            yield f"the clients of {name}, who may serve them, go to {successor}"
    for (name,), account in tables["account"].items():
        if account[4] == "omnibus" and account[1] != account[2]:
            yield f"the omnibus account {name} of {account[1]} is served by {account[2]}"
