"""Lists in which instructions and settlements stand."""

from collections.abc import Iterator

from amanat.ledger.invariants.tables import Tables


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
