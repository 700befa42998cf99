"""Every field of an operation that names somebody is known to name an account or a participant."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest, Name
from amanat.ledger.operations import OPERATIONS, MoveClients, Propose, Transfer
from amanat.ledger.receipts import Event
from amanat.ledger.state import State
from amanat.node.api.access import touched
from amanat.node.api.access.touched import ACCOUNT_FIELDS, BY_ID, PARTICIPANT_FIELDS
from tests.ledger import world
from tests.ledger.desk import Desk
from tests.ledger.world import RUPEE, account, holder

NOT_WHOSE = {"name", "tax_class", "order", "despite", "benchmark", "index", "commodity"}
"""Names of something else: an order, a rate, a good; and the own one of what has it."""


OF_DOCUMENTS = {
    "asset",
    "assets_digest",
    "attestation",
    "commitment",
    "digest",
    "document",
    "programs",
    "supersedes",
    "travel_data",
    "warehouse_receipt",
}
"""Digests of what is kept elsewhere."""


def fields(kind: Any, seen: set[type]) -> Iterator[tuple[str, Any]]:
    """Yield every field of a structure and of those within it."""
    for part in (kind, *get_args(kind)):
        if isinstance(part, type) and issubclass(part, Structure) and part not in seen:
            seen.add(part)
            for name, hint in get_type_hints(part, include_extras=True).items():
                if name in part.__struct_fields__:
                    yield name, hint
                    yield from fields(hint, seen)
        elif part is not kind:
            yield from fields(part, seen)


def holds(hint: Any, wanted: Any) -> bool:
    if hint == wanted:
        return True
    if get_origin(hint) in (Union, UnionType, tuple, Annotated):
        return any(holds(part, wanted) for part in get_args(hint))
    return False


def test_every_name_in_an_operation_is_known_for_what_it_names() -> None:
    """A new field must go into one of the lists: else it is hidden from whom it concerns."""
    seen: set[type] = set()
    named = {
        name
        for operation in OPERATIONS
        for name, hint in fields(operation, seen)
        if holds(hint, Name)
    }
    assert {"account", "source", "custodian"} <= named
    assert named - ACCOUNT_FIELDS - PARTICIPANT_FIELDS - NOT_WHOSE == set()


def test_every_id_in_an_operation_is_known_for_what_it_is_of() -> None:
    """One that nobody looks up would make a proposal public, and what it is about with it."""
    seen: set[type] = set()
    ids = {
        name
        for operation in OPERATIONS
        for name, hint in fields(operation, seen)
        if holds(hint, Digest)
    }
    assert BY_ID.keys() <= ids
    assert ids - BY_ID.keys() == {"proposal", "start"} | OF_DOCUMENTS, (
        "`start` is where a list goes on"
    )


def test_what_operations_name_is_found_also_within_a_proposal() -> None:
    state = Desk().state
    paid = Transfer("alpha", "gamma", RUPEE, 1)
    found = touched.by_operations(state, [Propose((account("new", "x", "y"),), 0), paid])
    assert found.accounts == {"new", "alpha", "gamma"}
    assert found.participants == {"x", "y"}
    moved = touched.by_operations(state, [MoveClients("custodian-a", "custodian-b", 1)])
    assert moved.accounts == set()


def test_of_events_accounts_are_found_and_custodians_are_not() -> None:
    document = world.genesis()
    state = State(world.chain(document).final.tree.get)
    assert touched.by_events(state, [Event(0, "transferred", {"source": "nobody"})]) == set()
    desk = Desk()
    desk.do("custodian-a", holder("alpha"), account("alpha", "alpha", "custodian-a"))
    moved = Event(0, "account-moved", {"account": "alpha", "source": "alpha", "target": "beta"})
    assert touched.by_events(desk.state, [moved]) == {"alpha"}
