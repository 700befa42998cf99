"""All evidence that a node has, each piece once."""

from collections.abc import Iterable, Iterator
from typing import Final

import structlog

from amanat.consensus.evidence import Evidence, evidence_id

log = structlog.get_logger(__name__)

ALIKE_MAX: Final = 4
"""Pieces of one kind that are kept against one authority: the first proves it, and each may be as
long as a block."""


class KnownEvidence:
    """Evidence that authorities broke the protocol; none on a network that works."""

    def __init__(self, kept: Iterable[Evidence]) -> None:
        """`kept` is what the node found on its disk."""
        self._known = list(kept)

    def __iter__(self) -> Iterator[Evidence]:
        """Yield all of it, as it came."""
        return iter(self._known)

    def __len__(self) -> int:
        """Return how many pieces there are."""
        return len(self._known)

    def add(self, evidence: Evidence) -> bool:
        """Note a piece and raise the alarm. Return whether it is news that is to be kept."""
        alike = [
            each
            for each in self._known
            if type(each) is type(evidence) and each.authority == evidence.authority
        ]
        if evidence in alike or len(alike) >= ALIKE_MAX:
            return False
        self._known.append(evidence)
        log.critical(
            "evidence",
            kind=type(evidence).__name__,
            authority=evidence.authority,
            id=evidence_id(evidence),
        )
        return True
