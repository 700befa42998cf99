"""What must hold of all that was issued, by a recount that shares no code with the executor."""

from collections import defaultdict
from collections.abc import Iterator

from amanat.ledger.invariants.tables import Tables, cash_of


def _held(tables: Tables) -> dict[str, int]:
    held: dict[str, int] = defaultdict(int)
    for (_, instrument), (amount, _) in tables["holding"].items():
        held[instrument] += amount
    return held


def instrument_violations(tables: Tables) -> Iterator[str]:
    """Yield where more was issued than authorised, or something is there that may not be."""
    held = _held(tables)
    for (name,), (_, _, _, _, status, authorised, _) in tables["instrument"].items():
        issued, _ = tables["supply"].get((name,), (0, 0))
        if authorised is not None and issued > authorised:
            yield f"{name}: {issued} is issued, {authorised} is authorised"
        if status in ("announced", "cancelled") and issued:
            yield f"{name} is {status}, and {issued} is issued"
        if status == "redeemed" and held[name]:
            yield f"{name} is redeemed, and {held[name]} is held"


def tranche_violations(tables: Tables) -> Iterator[str]:
    """Yield where tranches are overdrawn, miscounted, or promise more than was authorised."""
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for (name, number), (amount, _, _, issued) in tables["tranche"].items():
        if issued > amount:
            yield f"{name}: {issued} is issued in tranche {number} of {amount}"
        sums = counted[name]
        counted[name] = [sums[0] + 1, sums[1] + amount, sums[2] + issued]
    kept = {name: totals for (name,), totals in tables["tranches"].items()}
    for name in sorted(counted.keys() | kept.keys()):
        if kept.get(name) != counted[name]:
            yield f"{name}: its tranches are {kept.get(name)}, a recount gives {counted[name]}"
        _, amount, issued = counted[name]
        instrument = tables["instrument"].get((name,))
        authorised = None if instrument is None else instrument[5]
        promised = tables["supply"].get((name,), (0, 0))[0] - issued + amount
        if authorised is None or promised > authorised:
            yield f"{name}: {promised} is promised, {authorised} is authorised"


def borrowing_violations(tables: Tables) -> Iterator[str]:
    """Yield where what is owed is miscounted, or grew above the ceiling that held then."""
    held, owed = _held(tables), defaultdict[str, int](int)
    for (name,), instrument in tables["instrument"].items():
        cash = cash_of(instrument)
        if cash is not None:
            owed[cash] += held[name]
    kept = {cash: borrowing for (cash,), borrowing in tables["borrowing"].items()}
    for cash in sorted(owed.keys() | kept.keys()):
        outstanding, ceiling = kept.get(cash, (0, None))
        if outstanding != owed[cash]:
            yield f"{outstanding} is owed in {cash}, a recount gives {owed[cash]}"
        if ceiling is not None and outstanding > ceiling:
            yield f"{outstanding} is owed in {cash}, the ceiling was {ceiling}"
