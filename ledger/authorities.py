"""Who the authorities are and what makes a quorum of them, as data.

The set is part of genesis; a block header names the digest of the set that signs it.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from amanat.ledger.crypto import Domain, digest, is_valid_key
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest, Name, PublicKey


class AuthorityClass(StrEnum):
    """Whether an authority speaks for the state or serves holders."""

    SOVEREIGN = "sovereign"
    CUSTODIAN = "custodian"


class Authority(Structure, frozen=True):
    """A voting member: its name, its ledger key and its class."""

    name: Name
    key: PublicKey
    authority_class: AuthorityClass


class AuthoritySet(Structure, frozen=True):
    """The voting members and the quorum rule: at least `quorum` of all, `sovereign_min` sovereign.

    Members are sorted by name. `problems` lists what is wrong with a set; a set with problems is
    never used.
    """

    members: Annotated[tuple[Authority, ...], Meta(min_length=1, max_length=64)]
    quorum: Annotated[int, Meta(ge=1)]
    sovereign_min: Annotated[int, Meta(ge=0)]

    def problems(self) -> list[str]:
        """Return every reason why this set is unsafe or malformed; empty when it is sound."""
        found = []
        names = [member.name for member in self.members]
        sovereign = sum(m.authority_class is AuthorityClass.SOVEREIGN for m in self.members)
        if names != sorted(set(names)):
            found.append("members must be sorted by name, each name once")
        if len({member.key for member in self.members}) != len(self.members):
            found.append("two members share a key")
        found += [f"{m.name} has an invalid key" for m in self.members if not is_valid_key(m.key)]
        if 2 * self.quorum <= len(self.members):
            found.append(f"two quorums of {self.quorum} of {len(names)} need not intersect")
        if self.quorum > len(self.members):
            found.append(f"a quorum of {self.quorum} exceeds the {len(names)} members")
        if self.sovereign_min > sovereign:
            found.append(
                f"sovereign_min {self.sovereign_min} exceeds {sovereign} sovereign members"
            )
        return found

    def get(self, name: str) -> Authority | None:
        """Return the member called `name`, or None."""
        for member in self.members:
            if member.name == name:
                return member
        return None

    def is_quorum(self, names: Iterable[str]) -> bool:
        """Return whether `names` hold a sovereign quorum; unknown and repeated do not count."""
        present = set(names)
        count = sovereign = 0
        for member in self.members:
            if member.name in present:
                count += 1
                sovereign += member.authority_class is AuthorityClass.SOVEREIGN
        return count >= self.quorum and sovereign >= self.sovereign_min

    def digest(self) -> Digest:
        """Return the digest by which headers name this set."""
        return digest(Domain.AUTHORITIES, encode(self))
