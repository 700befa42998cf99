"""Which participants have a role: an index of the register, kept as roles are granted."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

from amanat.ledger.governance.approvals import empty_seats
from amanat.ledger.governance.participants import Participant, Role, Standing
from amanat.ledger.linked_sets import LinkedSet
from amanat.ledger.state import PARTICIPANTS, State


def holders_of(role: Role) -> LinkedSet:
    """Return the active participants with this role."""
    return LinkedSet("role", role.value)


def unfilled(state: State, seats: Sequence[Role]) -> list[Role]:
    """Return the seats that all active participants together could not take, each one seat."""
    roles: dict[str, list[Role]] = defaultdict(list)
    for role in dict.fromkeys(seats):
        for name in islice(holders_of(role).members(state), len(seats)):
            roles[name].append(role)
    return empty_seats(seats, roles)


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
