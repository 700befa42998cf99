"""Who may read: a pure answer from the ledger's state, and nothing else."""

from dataclasses import dataclass
from enum import StrEnum

from amanat.ledger.governance.participants import Participant, Role, Standing
from amanat.ledger.state import ACCOUNTS, PARTICIPANTS, State


class Audience(StrEnum):
    """To whom something is shown besides regulators and auditors."""

    NAMED = "named"
    """To those whom its `Subject` names."""
    PARTICIPANTS = "participants"
    """To every participant in good standing."""
    PUBLIC = "public"
    """To whoever asks, who need not say who it is."""


class Grant(StrEnum):
    """As what a reader may read."""

    ANYONE = "anyone"
    PARTICIPANT = "participant"
    CONCERNED = "concerned"
    """It is about the participant itself, or signed, proposed or to be approved by it."""
    OWNER = "owner"
    CUSTODIAN = "custodian"
    """Of the account as it is served now: a custodian or a distributor."""
    REGULATOR = "regulator"
    AUDITOR = "auditor"

    @property
    def is_supervision(self) -> bool:
        """Whether it is given for a role alone, over what is others': such reading is logged."""
        return self in (Grant.REGULATOR, Grant.AUDITOR)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be read, by whom it concerns. An account or participant need not exist."""

    accounts: frozenset[str] = frozenset()
    participants: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    """Roles whose participants it concerns."""
    audience: Audience = Audience.NAMED


NOBODY_ELSE = Subject()
"""What regulators and auditors alone may read."""

EVERY_PARTICIPANT = Subject(audience=Audience.PARTICIPANTS)

PUBLIC = Subject(audience=Audience.PUBLIC)


def grant(state: State, reader: str | None, subject: Subject) -> Grant | None:
    """Return as what `reader` may read `subject`, or None if it may not.

    `reader` is the name of a participant, None for one who did not say who it is. What is its own
    comes first: a regulator that reads its own account reads it as the owner.
    """
    if subject.audience is Audience.PUBLIC:
        return Grant.ANYONE
    participant = None if reader is None else state.get(PARTICIPANTS, reader)
    if participant is None or participant.standing is not Standing.ACTIVE:
        return None
    return (
        _own(state, participant, subject)
        or supervision(participant)
        or (Grant.PARTICIPANT if subject.audience is Audience.PARTICIPANTS else None)
    )


def supervision(participant: Participant) -> Grant | None:
    """Return as what a participant may read what is others', or None if it may not."""
    if Role.REGULATOR in participant.roles:
        return Grant.REGULATOR
    return Grant.AUDITOR if Role.AUDITOR in participant.roles else None


def _own(state: State, participant: Participant, subject: Subject) -> Grant | None:
    if participant.name in subject.participants or subject.roles.intersection(participant.roles):
        return Grant.CONCERNED
    found = [state.get(ACCOUNTS, each) for each in subject.accounts]
    accounts = [each for each in found if each is not None]
    if any(each.owner == participant.name for each in accounts):
        return Grant.OWNER
    if any(each.custodian == participant.name for each in accounts):
        return Grant.CUSTODIAN
    return None
