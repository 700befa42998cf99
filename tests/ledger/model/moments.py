"""What must hold at every moment, not only between blocks: seen by replaying the events.

Each leg that a receipt tells of is made anew on plain sums, one after the other. After each, nobody
may have less than nothing.
"""

from collections.abc import Iterable, Iterator

from amanat.ledger.operations import AnyOperation
from amanat.ledger.receipts import Event
from tests.ledger.model.books import Books

Leg = tuple[str, str, str, int]
"""Source, target, instrument, amount; the source of an issue and the target of an end are empty."""


class Moments:
    """Replays the legs of receipts."""

    def replay(
        self, before: Books, acts: tuple[AnyOperation, ...], events: Iterable[Event]
    ) -> None:
        """Make every leg that the events tell of."""
        del acts
        held = dict(before.held)
        for event in events:
            for source, target, asset, amount in legs(event, before):
                if source:
                    held[source, asset] = held.get((source, asset), 0) - amount
                    assert held[source, asset] >= 0, event
                if target:
                    held[target, asset] = held.get((target, asset), 0) + amount


def legs(event: Event, books: Books) -> Iterator[Leg]:
    """Yield what an event says has changed hands."""
    told = {name: str(value) for name, value in event.fields.items()}
    amount, asset = int(told.get("amount", 0)), told.get("instrument", "")
    match event.name:
        case "transferred" | "force-transferred":
            yield told["source"], told["target"], asset, amount
        case "hold-posted" | "pledge-enforced":
            yield told["account"], told["target"], asset, amount
        case "issued":
            yield "", told["account"], asset, amount
        case "delivered-versus-payment":
            yield told["seller"], told["buyer"], asset, amount
            yield told["buyer"], told["seller"], told["cash"], int(told["price"])
        case "instruction-settled":
            yield told["deliverer"], told["receiver"], asset, amount
            if "payment" in told:
                yield told["receiver"], told["deliverer"], told["payment"], int(told["paid"])
        case "redeemed":
            cash = books.assets[asset].cash
            if cash is not None and told["payer"] != told["account"]:
                yield told["payer"], told["account"], cash, amount
            yield told["account"], "", asset, amount
