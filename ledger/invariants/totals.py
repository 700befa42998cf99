"""Totals: each is what the holdings add up to that contribute to it."""

from collections import defaultdict
from collections.abc import Iterator

from amanat.ledger.invariants.tables import Tables


def places(tables: Tables) -> Iterator[tuple[tuple[str, str, str], int]]:
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


def total_violations(tables: Tables) -> Iterator[str]:
    """Yield every total that is not what a recount gives."""
    recount: dict[tuple[str, str, str], int] = defaultdict(int)
    for place, amount in places(tables):
        recount[place] += amount
    totals = tables["total"]
    for place in sorted(recount.keys() | totals.keys()):
        if totals.get(place, 0) != recount.get(place, 0):
            told = " ".join(place)
            yield f"the total {told} is {totals.get(place, 0)}, a recount gives {recount[place]}"
