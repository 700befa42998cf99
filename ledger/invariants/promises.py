"""What is promised: holds, pledges, and the queues and lists in which they stand."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from amanat.ledger.invariants.tables import Tables


def promise_violations(tables: Tables) -> Iterator[str]:
    """Yield what is wrong: a holding has reserved what its holds and pledges are for, no less."""
    promised: dict[tuple[str, str], int] = defaultdict(int)
    queues: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for (hold,), (_, account, _, instrument, amount, _, expires, *_) in tables["hold"].items():
        promised[account, instrument] += amount
        queues["holds-on", account, instrument][hold.hex()] = expires
    for _, account, instrument, amount, *_ in tables["pledge"].values():
        promised[account, instrument] += amount
    reserved = {place: held for place, (_, held) in tables["holding"].items() if held}
    for account, instrument in sorted(promised.keys() | reserved.keys()):
        there = reserved.get((account, instrument), 0)
        for_whom = promised[account, instrument]
        if there != for_whom:
            yield f"{account} has reserved {there} of {instrument}, {for_whom} is promised"
    yield from _queue_violations(tables, queues)


def _queue_violations(
    tables: Tables, expected: Mapping[tuple[str, ...], Mapping[str, int]]
) -> Iterator[str]:
    found: dict[tuple[str, ...], dict[int, tuple[int, str]]] = defaultdict(dict)
    for (*queue, position), (rank, member) in tables["queued"].items():
        found[tuple(queue)][position] = (rank, member)
    counts = tables["queue"]
    for name in sorted(expected.keys() | found.keys() | counts.keys()):
        entries = found.get(name, {})
        ranks = {member: rank for rank, member in entries.values()}
        told = " ".join(name)
        if ranks != expected.get(name, {}) or counts.get(name, 0) != len(entries):
            yield f"the queue {told} holds {sorted(ranks)}"
        for position, entry in entries.items():
            if position and entries.get((position - 1) // 2, entry) > entry:
                yield f"the queue {told} is out of order at {position}"
            if tables["queue-position"].get((*name, entry[1])) != position:
                yield f"the queue {told} has lost {entry[1]}"
    if len(tables["queue-position"]) != len(tables["queued"]):
        yield "a queue knows a member that it does not hold"


def promise_lists(tables: Tables) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every list in which a hold or a pledge must stand, and its id."""
    for (hold,), (_, _, target, *_) in tables["hold"].items():
        yield ("holds-for", target), hold.hex()
    for (pledge,), (_, account, instrument, _, beneficiary, *_) in tables["pledge"].items():
        yield ("pledges-on", account, instrument), pledge.hex()
        yield ("pledges-to", beneficiary), pledge.hex()
