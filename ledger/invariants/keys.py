"""Keys: each belongs to the participant that has it, unless it is dead."""

from collections.abc import Iterator

from amanat.ledger.invariants.tables import Tables


def key_violations(tables: Tables) -> Iterator[str]:
    """Yield every key of which the register and its participant say different things."""
    has = {key: name for (name,), held in tables["participant"].items() for key, _, _ in held[3]}
    dead = {key for (key,) in tables["dead-key"]}
    alive = {key: name for key, name in has.items() if key not in dead}
    known = {key: name for (key,), name in tables["key"].items()}
    for key in sorted(alive.keys() | known.keys()):
        if alive.get(key) != known.get(key):
            yield f"the key {key.hex()} is {alive.get(key)}'s and known as {known.get(key)}'s"
