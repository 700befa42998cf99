"""Seats and those who take them, against every possible seating."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.governance.approvals import empty_seats
from amanat.ledger.governance.participants import Role

ROLES = [Role.ISSUER, Role.CENTRAL_BANK, Role.CUSTODIAN]
seats = st.lists(st.sampled_from(ROLES), max_size=4)
approving = st.dictionaries(
    st.sampled_from("abcde"), st.lists(st.sampled_from(ROLES), max_size=3, unique=True), max_size=5
)


@given(seats, approving)
def test_as_few_seats_stay_empty_as_can(wanted: list[Role], roles: dict[str, list[Role]]) -> None:
    people: list[str | None] = [*roles, *[None] * len(wanted)]
    best = max(
        sum(
            who is not None and seat in roles[who] for seat, who in zip(wanted, order, strict=False)
        )
        for order in permutations(people, len(wanted))
    )
    assert len(empty_seats(wanted, roles)) == len(wanted) - best


def test_one_with_two_roles_takes_one_seat() -> None:
    both = {"treasury": [Role.CENTRAL_BANK, Role.ISSUER]}
    assert empty_seats([Role.CENTRAL_BANK, Role.ISSUER], both) == [Role.ISSUER]


def test_somebody_moves_to_let_another_sit() -> None:
    roles = {"a": [Role.CENTRAL_BANK, Role.ISSUER], "b": [Role.CENTRAL_BANK]}
    assert empty_seats([Role.CENTRAL_BANK, Role.ISSUER], roles) == []
