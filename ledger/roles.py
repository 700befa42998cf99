"""Which participants have a role: an index of the register, kept as roles are granted."""

from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.participants import Participant, Role, Standing
from amanat.ledger.state import PARTICIPANTS, State


def holders_of(role: Role) -> LinkedSet:
    """Return the active participants with this role."""
    return LinkedSet("role", role.value)


def count_with(state: State, role: Role) -> int:
    """Return how many active participants have this role."""
    return holders_of(role).count(state)


def put(state: State, participant: Participant) -> None:
    """Put a participant, new or changed, on the register, and let the index follow."""
    before = state.get(PARTICIPANTS, participant.name)
    had = set() if before is None else _acting(before)
    has = _acting(participant)
    for role in sorted(had - has):
        holders_of(role).remove(state, participant.name)
    for role in sorted(has - had):
        holders_of(role).add(state, participant.name)
    state.put(participant, PARTICIPANTS, participant.name)


def _acting(participant: Participant) -> set[Role]:
    return set(participant.roles) if participant.standing is Standing.ACTIVE else set()
