"""Which programs governance lets authorities run, by the digests of their sources.

A node says itself which program it runs, and no other can check that: a digest keeps honest
operators together on what was reviewed, and exposes nobody who lies. So no block and no vote
depends on it.
"""

from typing import Annotated

from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest

PROGRAMS_MAX = 16
"""During an upgrade there are two; a few more where machines get builds of their own."""


class RequiredPrograms(Structure, frozen=True):
    """The programs that are allowed; any, if none is listed."""

    programs: Annotated[tuple[Digest, ...], Meta(max_length=PROGRAMS_MAX)] = ()
    """Sorted, each once."""

    def allow(self, program: Digest) -> bool:
        """Return whether a node may run this program."""
        return not self.programs or program in self.programs

    def problems(self) -> list[str]:
        """Return what is wrong with the list by itself; empty when nothing is."""
        in_order = list(self.programs) == sorted(set(self.programs))
        return [] if in_order else ["the programs must be sorted, each once"]
