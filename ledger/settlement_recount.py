"""A recount of the lists in which instructions and settlements stand.

Part of `invariants`; like it, it shares no code with the executor.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Tables = Mapping[str, Mapping[tuple[Any, ...], Any]]


def settlement_lists(tables: Tables) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every list in which one must stand, and its id."""
    for (identifier,), (_, said) in tables["instruction"].items():
        side, account, counterparty, instrument, amount, payment, date, *_ = said
        ends = (account, counterparty) if side == "deliver" else (counterparty, account)
        paid = "" if payment is None else payment[0]
        yield ("instructions-of", account), identifier.hex()
        yield ("instructions-against", counterparty), identifier.hex()
        trade = ("alike", side, *ends, instrument, str(amount), paid, str(date))
        yield trade, identifier.hex()
    for (identifier,), settlement in tables["settlement"].items():
        _, deliverer, receiver, _, _, _, date, priority, *_ = settlement
        yield ("settlements-of", deliverer[1]), identifier.hex()
        yield ("settlements-of", receiver[1]), identifier.hex()
        yield ("due", str(date), priority), identifier.hex()
        yield ("settlement-dates",), str(date)
