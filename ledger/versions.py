"""Protocol versions: by which rules blocks are executed, and from which block on.

All nodes must change at the same block, so governance names it ahead. A program that does not know
a version stops before the first block that takes it: it could only execute it wrongly.
"""

from typing import Annotated, Final

from msgspec import Meta

from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Height

SUPPORTED: Final = (1,)
"""The versions that this program executes. A new one is added here, with the rules that change."""

LEAD_BLOCKS: Final = 100
"""So many blocks ahead, at least, a version is scheduled."""

Version = Annotated[int, Meta(ge=1, le=65_535)]


def is_known(version: int) -> bool:
    """Return whether this program executes by `version`."""
    return version in SUPPORTED


class UnknownVersion(Exception):  # noqa: N818 - what is the case
    """A block takes a protocol version that this program does not know: the node has to stop."""

    def __init__(self, version: int, height: int) -> None:
        known = ", ".join(str(each) for each in SUPPORTED)
        super().__init__(
            f"from block {height} on the network runs protocol version {version}; this program "
            f"knows {known}: install one that knows it, and start again"
        )


class Activation(Structure, frozen=True):
    """A version that is to come."""

    version: Version
    height: Height
    """The first block that takes it."""


class Versions(Structure, frozen=True):
    """By which rules the ledger works."""

    current: Version
    scheduled: Activation | None

    @staticmethod
    def first() -> "Versions":
        """Return the version with which every network begins."""
        return Versions(1, None)

    def at(self, height: int) -> "Versions":
        """Return what holds in the block at `height`."""
        if self.scheduled is None or height < self.scheduled.height:
            return self
        return Versions(self.scheduled.version, None)

    def check(self, height: int) -> None:
        """Check that this program may execute the block at `height`.

        Raises:
            UnknownVersion: it does not know the version that the block takes.
        """
        version = self.at(height).current
        if not is_known(version):
            raise UnknownVersion(version, height)
