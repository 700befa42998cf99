"""Participants: legal entities with keys and roles, and the index of their keys."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from amanat.ledger.crypto import is_valid_key
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Name, PublicKey


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


class Participant(Structure, frozen=True):
    """A legal entity. It signs with at least `threshold` of its keys."""

    name: Name
    title: Title
    roles: tuple[Role, ...]
    """Sorted, each once."""
    keys: Annotated[tuple[PublicKey, ...], Meta(min_length=1, max_length=16)]
    """Sorted, each once; a key belongs to one participant."""
    threshold: Annotated[int, Meta(ge=1, le=16)]
    lei: Annotated[str, Meta(pattern=r"\A[A-Z0-9]{18}[0-9]{2}\Z")] | None
    """Legal Entity Identifier (ISO 17442-1), where it has one."""

    def problems(self) -> list[str]:
        """Return what is wrong with this participant by itself; empty when nothing is."""
        found = []
        if list(self.roles) != sorted(set(self.roles)):
            found.append("roles must be sorted, each once")
        if list(self.keys) != sorted(set(self.keys)):
            found.append("keys must be sorted, each once")
        if not all(is_valid_key(key) for key in self.keys):
            found.append("a key is not a valid Ed25519 point")
        if self.threshold > len(self.keys):
            found.append(f"threshold {self.threshold} exceeds {len(self.keys)} keys")
        if self.lei is not None and not _has_check_digits(self.lei):
            found.append(f"the LEI {self.lei} has wrong check digits")
        return found


def _has_check_digits(lei: str) -> bool:
    """Return whether the last two digits are right (ISO/IEC 7064 MOD 97-10)."""
    try:
        mod_97_10.validate(lei)
    except ValidationError:
        return False
    return True
