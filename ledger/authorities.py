"""Who the authorities are and what makes a quorum of them, as data."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from amanat.ledger.crypto import is_valid_key
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Name, PublicKey


class AuthorityClass(StrEnum):
    """Whether an authority speaks for the state or serves holders."""

    SOVEREIGN = "sovereign"
    CUSTODIAN = "custodian"


class QuorumRule(StrEnum):
    """What a quorum is trusted to withstand. It is fixed for the life of a chain."""

    MAJORITY = "majority"
    """Safe while authorities only fail by stopping; a certified block is final."""
    TWO_THIRDS = "two_thirds"
    """Safe while at most 2 * quorum - n - 1 authorities lie; a certified block is final once its
    child, of the same term and carrying its certificate, is certified too."""


class Authority(Structure, frozen=True):
    """A voting member: its name, its ledger key, its class, and whose node it is."""

    name: Name
    key: PublicKey
    authority_class: AuthorityClass
    participant: Name | None = None
    """None where the participant has the same name."""

    @property
    def operator(self) -> Name:
        """The participant that answers for what it signs."""
        return self.name if self.participant is None else self.participant


class AuthoritySet(Structure, frozen=True):
    """The voting members and the quorum rule: at least `quorum` of all, `sovereign_min` sovereign.

    Members are sorted by name. `problems` lists what is wrong with a set; a set with problems is
    never used.
    """

    members: Annotated[tuple[Authority, ...], Meta(min_length=1, max_length=64)]
    quorum: Annotated[int, Meta(ge=1)]
    sovereign_min: Annotated[int, Meta(ge=0)]
    rule: QuorumRule

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
        if self.rule is QuorumRule.TWO_THIRDS and 3 * self.quorum <= 2 * len(self.members):
            found.append(f"a quorum of {self.quorum} of {len(names)} is not more than two thirds")
        if self.quorum > len(self.members):
            found.append(f"a quorum of {self.quorum} exceeds the {len(names)} members")
        if self.sovereign_min < 1:
            found.append("sovereign_min must be at least 1: custodians alone decide nothing")
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

    @property
    def liars_max(self) -> int:
        """How many members may lie without a fork: 2q - n - 1 by two thirds, else none.

        Any two quorums share 2q - n members; one of them must be honest.
        """
        if self.rule is QuorumRule.MAJORITY:
            return 0
        return 2 * self.quorum - len(self.members) - 1

    def is_quorum(self, names: Iterable[str]) -> bool:
        """Return whether `names` hold a sovereign quorum; unknown and repeated do not count."""
        # Invariants 1, 2 and 7: any two quorums share a member, and none is without the state.
        present = set(names)
        count = sovereign = 0
        for member in self.members:
            if member.name in present:
                count += 1
                sovereign += member.authority_class is AuthorityClass.SOVEREIGN
        return count >= self.quorum and sovereign >= self.sovereign_min
