"""Lists: each has exactly the members that a look at everything gives."""

from collections import defaultdict
from collections.abc import Iterator

from amanat.ledger.invariants.orders import order_lists
from amanat.ledger.invariants.promises import promise_lists
from amanat.ledger.invariants.settlements import settlement_lists
from amanat.ledger.invariants.tables import Tables
from amanat.ledger.invariants.totals import places


def list_violations(tables: Tables) -> Iterator[str]:
    """Yield every list that has other members than it must have."""
    expected: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for listing, member in _listed(tables):
        expected[listing].add(member)
    found = _walked(tables)
    for name in sorted(expected.keys() | found.keys()):
        if sorted(found.get(name, [])) != sorted(expected.get(name, set())):
            yield f"the list {' '.join(name)} is {found.get(name, [])}"


def _listed(tables: Tables) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every list that something must be on, and what."""
    for account, instrument in tables["holding"]:
        yield ("held", account), instrument
    for (instrument, dimension, value), _ in places(tables):
        yield (dimension, instrument), value
    for (name,), account in tables["account"].items():
        yield ("accounts", account[2]), name
        if account[3] == "client":
            yield ("clients", account[2]), name
    for instrument, digest in tables["document"]:
        yield ("documents", instrument), digest
    for (name,), participant in tables["participant"].items():
        for role in participant[2] if participant[6] == "active" else ():
            yield ("role", role), name
    for (identifier,), proposal in tables["proposal"].items():
        if proposal[5] in ("open", "approved"):
            yield ("proposals",), identifier.hex()
    yield from promise_lists(tables)
    yield from settlement_lists(tables)
    yield from order_lists(tables)


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
