"""Holdings: each is in range, of something and somebody known, and all are what was issued."""

from collections import defaultdict
from collections.abc import Iterator

from amanat.ledger.identifiers import AMOUNT_MAX
from amanat.ledger.invariants.tables import Tables


def supply_violations(tables: Tables) -> Iterator[str]:
    """Yield holdings and supplies that do not go together, or with accounts and instruments."""
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
