"""Who decides, and who joins: the authority set in force, the one to come, and the learners.

A change of the authority set passes through a joint configuration (Raft §6; Ongaro's dissertation,
§4.3), in which every decision needs a sovereign quorum of both sets. So no two quorums, one before
a change and one after it, can decide without each other, however many authorities change at once.

The configuration is part of the state; each header names the one that certifies its block. So who
had to sign a block is always derivable from the chain, and a change that is rolled back with its
block is rolled back whole.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated

from msgspec import Meta

from amanat.ledger.authorities import Authority, AuthoritySet
from amanat.ledger.crypto import Domain, digest
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest, Height


class Configuration(Structure, frozen=True):
    """The authority set in force; while it changes, the incoming one as well; and the learners."""

    current: AuthoritySet
    incoming: AuthoritySet | None
    """The set that takes over when the change is complete: until then both must agree."""
    learners: Annotated[tuple[Authority, ...], Meta(max_length=64)]
    """Nodes that receive every block and neither vote nor ack, sorted by name."""
    since: Height
    """The block that brought this configuration about; 0 for genesis."""

    @staticmethod
    def first(authorities: AuthoritySet) -> "Configuration":
        """Return the configuration at genesis."""
        return Configuration(authorities, None, (), 0)

    @property
    def is_joint(self) -> bool:
        """Whether a change is under way."""
        return self.incoming is not None

    def completed(self, height: int) -> "Configuration":
        """Return what follows a joint configuration when the block at `height` ends it.

        Raises:
            ValueError: no change is under way.
        """
        if self.incoming is None:
            raise ValueError("no change of the authority set is under way")
        return Configuration(self.incoming, None, self.learners, height)

    @property
    def sets(self) -> tuple[AuthoritySet, ...]:
        """Every set whose quorum a decision needs."""
        return (self.current,) if self.incoming is None else (self.current, self.incoming)

    def get(self, name: str) -> Authority | None:
        """Return the voting member called `name`, or None. A name has one key in both sets."""
        for each in self.sets:
            member = each.get(name)
            if member is not None:
                return member
        return None

    def is_quorum(self, names: Iterable[str]) -> bool:
        """Return whether `names` hold a sovereign quorum of every set that must agree."""
        # While the authorities change both sets must agree (invariants 2, 4 and 7; Raft §6).
        names = set(names)
        return all(each.is_quorum(names) for each in self.sets)

    def proves(self, names: Iterable[str]) -> bool:
        """Return whether signatures by `names` prove a decision to whoever knows this to be final.

        Weaker than `is_quorum`: a decision of the next era is proved as well. It still needs a
        quorum of `current`; or, while a change is under way, one of `incoming`, which decides in
        this era and in the next. One of `current` alone proves nothing then: once the change is
        complete, others are elected without it.
        """
        return self.sets[-1].is_quorum(set(names))

    def may_elect(self, names: Iterable[str]) -> bool:
        """Return whether `names` are a quorum of any one set: a leader's voters of old or new."""
        names = set(names)
        return any(each.is_quorum(names) for each in self.sets)

    def peer(self, name: str) -> Authority | None:
        """Return whoever takes part under `name`, voting or learning, or None."""
        return next((each for each in self.everybody() if each.name == name), None)

    def everybody(self) -> Iterator[Authority]:
        """Yield all who take part, each once: voting members first, then learners."""
        seen: set[str] = set()
        for member in (*(m for each in self.sets for m in each.members), *self.learners):
            if member.name not in seen:
                seen.add(member.name)
                yield member

    def digest(self) -> Digest:
        """Return the digest by which headers name this configuration."""
        return digest(Domain.CONFIGURATION, encode(self))
