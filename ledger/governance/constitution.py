"""What no policy can give away: the sovereign's say.

Policies are data, and a policy can change policies. These few rules are the program's: every act
but those delegated by name takes the approval of an institution with a sovereign role, and no
decision leaves such a role without anybody. So no vote of custodians, in whatever steps, ends
Pakistan's control.

Nor does a decision leave the policy of `set-roles` with a seat that nobody could take. Every other
policy may come to ask for more than there are, when somebody is suspended or loses a role: its act
then waits until `set-roles` gives the role to somebody else. To refuse the suspension instead would
give whoever is asked for a veto over being suspended.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from amanat.ledger.authorities import Authority, AuthorityClass
from amanat.ledger.governance.approvals import empty_seats
from amanat.ledger.governance.participants import Participant, Role, Standing
from amanat.ledger.governance.policies import Policy
from amanat.ledger.governance.roles import unfilled
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.state import POLICIES, State

SOVEREIGN_ROLES: Final = (Role.CENTRAL_BANK, Role.ISSUER)
"""The State Bank's and the Ministry of Finance's."""

DELEGATED_ACTS: Final = frozenset({"register-participant/holder"})
"""Acts that a policy may leave to others: they touch nobody but the custodian's own client."""


def policy_problems(policy: Policy) -> Iterator[str]:
    """Yield what the constitution has against a policy."""
    sovereign = any(role in SOVEREIGN_ROLES for role in policy.seats)
    if policy.act not in DELEGATED_ACTS and not sovereign:
        roles = " or ".join(role.value for role in SOVEREIGN_ROLES)
        yield f"{policy.act} must take the approval of {roles}"


def founding_problems(participants: Iterable[Participant]) -> Iterator[str]:
    """Yield what the constitution has against those with whom a network is to begin."""
    roles = {each.name: each.roles for each in participants if each.standing is Standing.ACTIVE}
    for role in empty_seats(SOVEREIGN_ROLES, roles):
        yield f"the role {role.value} must be that of an active participant, apart from the other"


def authority_problems(
    authority: Authority, participant: Callable[[str], Participant | None]
) -> Iterator[str]:
    """Yield what the constitution has against an authority: each belongs to a participant.

    The sovereign vote is that of an institution with a sovereign role, and of nobody else.
    """
    operator = participant(authority.operator)
    if operator is None:
        yield f"the authority {authority.name} is nobody's: no participant {authority.operator}"
    elif operator.standing is not Standing.ACTIVE:
        yield f"the authority {authority.name} is that of {operator.name}, who is suspended"
    elif authority.authority_class is AuthorityClass.SOVEREIGN and not (
        set(SOVEREIGN_ROLES) & set(operator.roles)
    ):
        roles = " nor ".join(role.value for role in SOVEREIGN_ROLES)
        told = f"the authority {authority.name} cannot be sovereign"
        yield f"{told}: {operator.name} is neither {roles}"


def check_roles(state: State) -> None:
    """Refuse a state in which the sovereign roles are not those of two who can act together.

    One institution with both would leave acts that need two without anybody who could do them. And
    refuse one in which nobody could set roles, so that nothing could ever be put right.

    Raises:
        Refused: `sovereign_role_empty` or `nobody_to_set_roles`.
    """
    for role in unfilled(state, SOVEREIGN_ROLES):
        raise Refused(RejectionCode.SOVEREIGN_ROLE_EMPTY, role=role.value)
    policy = state.get(POLICIES, "set-roles")
    for role in unfilled(state, policy.seats) if policy is not None else ():
        raise Refused(RejectionCode.NOBODY_TO_SET_ROLES, role=role.value)
