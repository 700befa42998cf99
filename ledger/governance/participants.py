"""Participants: legal entities with keys and roles, and the index of their keys."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from amanat.ledger.crypto import is_valid_key
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import LedgerTime, Name, PublicKey


class Role(StrEnum):
    """What a participant may be asked to approve, or may do by itself."""

    ISSUER = "issuer"
    CENTRAL_BANK = "central_bank"
    CUSTODIAN = "custodian"
    DISTRIBUTOR = "distributor"
    REGULATOR = "regulator"
    AUDITOR = "auditor"
    PAYING_AGENT = "paying_agent"
    OPERATOR = "operator"
    HOLDER = "holder"


Title = Annotated[str, Meta(max_length=128)]
"""A public name of an institution or an instrument. Never a natural person's."""


Lei = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Z0-9]{18}[0-9]{2}\Z",
        title="LEI",
        description="18 capitals or digits and two check digits (ISO 17442)",
    ),
]
"""Legal Entity Identifier (ISO 17442-1)."""


class Standing(StrEnum):
    """Whether a participant may act."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Governance has suspended it: its signature counts for nothing, and nothing moves into or out
    of the accounts that it serves, except by an order or to another custodian."""


class ParticipantKey(Structure, frozen=True):
    """A key of a participant: a person's, a machine's or a department's."""

    key: PublicKey
    weight: Annotated[int, Meta(ge=1, le=255)]
    """What its signature counts towards the participant's threshold."""
    until: LedgerTime | None
    """The ledger time from which it counts for nothing, if it has an end."""

    def has_ended(self, time: LedgerTime) -> bool:
        """Return whether it counts for nothing any more."""
        return self.until is not None and self.until <= time


class Participant(Structure, frozen=True):
    """A legal entity. It signs once the weights of the keys that sign reach its threshold."""

    name: Name
    title: Title
    roles: tuple[Role, ...]
    """Sorted, each once."""
    keys: Annotated[tuple[ParticipantKey, ...], Meta(min_length=1, max_length=16)]
    """Sorted by key, each once; a key belongs to one participant."""
    threshold: Annotated[int, Meta(ge=1, le=4_080)]
    lei: Lei | None
    """Legal Entity Identifier (ISO 17442-1), where it has one."""
    standing: Standing

    @staticmethod
    def simple(name: str, title: str, roles: Iterable[Role], *keys: PublicKey) -> "Participant":
        """Return an active participant without LEI, of whose keys each signs alone."""
        held = tuple(ParticipantKey(key, 1, None) for key in sorted(keys))
        return Participant(name, title, tuple(sorted(roles)), held, 1, None, Standing.ACTIVE)

    def problems(self) -> list[str]:
        """Return what is wrong with this participant by itself; empty when nothing is."""
        found = []
        if list(self.roles) != sorted(set(self.roles)):
            found.append("roles must be sorted, each once")
        found += key_problems(self.keys, self.threshold)
        if self.lei is not None and not _has_check_digits(self.lei):
            found.append(f"the LEI {self.lei} has wrong check digits")
        return found

    def weight(self, keys: Iterable[PublicKey], time: LedgerTime) -> int:
        """Return what signatures by `keys` count together at `time`; strangers' count nothing."""
        signing = set(keys)
        return sum(
            each.weight for each in self.keys if each.key in signing and not each.has_ended(time)
        )

    def held(self, key: PublicKey) -> ParticipantKey:
        """Return one of its keys as it has it."""
        return next(each for each in self.keys if each.key == key)


def changed(participant: Participant, **fields: object) -> Participant:
    """Return the participant with other `fields`."""
    after: Participant = msgspec.structs.replace(participant, **fields)
    return after


def key_problems(keys: Sequence[ParticipantKey], threshold: int) -> list[str]:
    """Return what is wrong with the keys that a participant is to have; empty when nothing is."""
    found = []
    held = [each.key for each in keys]
    if held != sorted(set(held)):
        found.append("keys must be sorted, each once")
    if not all(is_valid_key(key) for key in held):
        found.append("a key is not a valid Ed25519 point")
    lasting = sum(each.weight for each in keys if each.until is None)
    if threshold > lasting:
        found.append(f"threshold {threshold} exceeds {lasting}, the weight of keys without end")
    return found


def _has_check_digits(lei: str) -> bool:
    """Return whether the last two digits are right (ISO/IEC 7064 MOD 97-10)."""
    try:
        mod_97_10.validate(lei)
    except ValidationError:
        return False
    return True
