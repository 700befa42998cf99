"""Legal orders, what they freeze, and the lists on which they stand."""

from collections.abc import Iterator

from amanat.ledger.invariants.tables import Tables


def order_violations(tables: Tables, today: int | None) -> Iterator[str]:
    """Yield where orders took too much, or freeze what is not there.

    `today` is the calendar date; without it, orders that may have expired are left out.
    """
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


def order_lists(tables: Tables) -> Iterator[tuple[tuple[str, ...], str]]:
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
