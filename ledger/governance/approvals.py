"""Dual control: whether those who approve can fill the seats that a policy sets out.

Each seat is for one role, and each participant takes one seat, however many roles it has: so one
institution that is both issuer and central bank does not approve in the place of two.
"""

from collections.abc import Mapping, Sequence

from amanat.ledger.governance.participants import Role


def empty_seats(seats: Sequence[Role], roles: Mapping[str, Sequence[Role]]) -> list[Role]:
    """Return the seats that stay empty when as many as possible are taken; empty when all are.

    Args:
        seats: the role that each seat is for.
        roles: those who approve, and the roles of each.
    """
    sits: dict[str, int] = {}
    return [
        role for seat, role in enumerate(seats) if not _take(seat, seats, roles, sits, asked=set())
    ]


def _take(
    seat: int,
    seats: Sequence[Role],
    roles: Mapping[str, Sequence[Role]],
    sits: dict[str, int],
    asked: set[str],
) -> bool:
    """Seat somebody, moving others to other seats where they fit as well (augmenting paths)."""
    for name in sorted(roles):
        if seats[seat] in roles[name] and name not in asked:
            asked.add(name)
            if name not in sits or _take(sits[name], seats, roles, sits, asked):
                sits[name] = seat
                return True
    return False
