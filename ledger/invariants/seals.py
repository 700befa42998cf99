"""Recounts what was sealed: at each day's close, custodians hold what was issued, not redeemed."""

from collections import defaultdict
from collections.abc import Iterator

from amanat.ledger.invariants.tables import Tables


def _figures(tables: Tables) -> dict[tuple[str, ...], int]:
    """Return every total that is sealed as it changes, as it is now."""
    found = {place: now for place, now in tables["total"].items() if place[1] == "custodian"}
    for (instrument,), (issued, redeemed) in tables["supply"].items():
        found |= {(instrument, "issued"): issued, (instrument, "redeemed"): redeemed}
    return found


def seal_violations(tables: Tables) -> Iterator[str]:
    """Yield where a seal is out of order, or custodians and supply differ at a day's close."""
    days = sorted(date for (date,) in tables["day-seal"])
    opened = tables["business-day"].get((), (0, 0))[0]
    if days and days[-1] >= opened:
        yield f"the day {days[-1]} is closed, and {opened} is open"
    now, last = _figures(tables), tables["last-change"]
    at_close: dict[tuple[str, int], int] = defaultdict(int)
    for figure in sorted(now.keys() | last.keys()):
        told = " ".join(figure)
        if figure not in last:
            if now[figure]:
                yield f"nothing says when {told} has changed"
            continue
        history = _history(tables, figure, now.get(figure, 0))
        dates = [date for date, _ in history]
        if dates != sorted(set(dates)) or dates[-1] > opened:
            yield f"{told} has changed on the days {dates}, and {opened} is open"
        sign = 1 if figure[1] == "issued" else -1
        for day in days:
            amounts = [amount for since, amount in history if since <= day]
            at_close[figure[0], day] += sign * (amounts[-1] if amounts else 0)
    for (instrument, day), difference in sorted(at_close.items()):
        if difference:
            yield f"{instrument}: custodians and supply differ by {difference} at close {day}"


def _history(tables: Tables, figure: tuple[str, ...], now: int) -> list[tuple[int, int]]:
    """Return the days on which a total changed, the first first, and to what."""
    since, before = tables["last-change"][figure]
    found = [(since, now)]
    while before is not None and len(found) <= len(tables["sealed-total"]):
        amount, until, earlier = tables["sealed-total"].get((*figure, before), (-1, -1, None))
        found.append((before, amount if until == since else -1))
        since, before = before, earlier
    return found[::-1]
