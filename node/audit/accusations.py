"""Evidence that the source has against authorities, judged on the way.

A block that a leader offered and that does not execute is judged when the audit stands on the block
before it: that state is there then, and never again.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from amanat.consensus.evidence import (
    Evidence,
    InvalidBlock,
    UnelectedLeader,
    evidence_id,
    is_proven,
)
from amanat.ledger.chain import Chain
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import Structure
from amanat.node.api.evidence import told
from amanat.node.reexecution import refutes

_OFFERED: Final = (InvalidBlock, UnelectedLeader)


class Accusation(Structure, frozen=True):
    """One piece of evidence, and what it is worth."""

    id: str
    kind: str
    authority: str
    text: str
    proven: str
    """`yes`; `no`; `not reached`: the block that it hangs on was not audited."""


class Accusations:
    """All evidence of a source."""

    def __init__(self, evidence: Iterable[Evidence], refuted: Iterable[str]) -> None:
        """`refuted` are the ids of the offered blocks that an earlier run has refuted."""
        self._all = list(evidence)
        self._at: dict[int, list[InvalidBlock]] = defaultdict(list)
        for each in self._all:
            if isinstance(each, InvalidBlock):
                self._at[each.parent.height].append(each)
        self.refuted = set(refuted)

    def stand_on(self, chain: Chain) -> None:
        """Execute every block that was offered on the tip of `chain`. The tip does not move."""
        for each in self._at.get(chain.tip.height, ()):
            if chain.tip.digest == each.parent.digest and refutes(chain, each):
                self.refuted.add(evidence_id(each).hex())

    def judged(
        self, chain: bytes, known: Iterable[Configuration], reached: int
    ) -> list[Accusation]:
        """Return all of it, with what it proves to whoever knows who decided when."""
        known = list(known)
        return [self._judged(each, chain, known, reached) for each in self._all]

    def _judged(
        self, evidence: Evidence, chain: bytes, known: list[Configuration], reached: int
    ) -> Accusation:
        name = evidence_id(evidence).hex()
        holds = any(
            is_proven(evidence, chain, each, lambda _: name in self.refuted) for each in known
        )
        # Who elected that leader, and what the block does, is known from the block before it on.
        hangs_on = evidence.parent.height if isinstance(evidence, _OFFERED) else 0
        proven = "yes" if holds else "not reached" if hangs_on > reached else "no"
        return Accusation(
            id=name,
            kind=str(type(evidence).__struct_config__.tag),
            authority=evidence.authority,
            text=told(evidence),
            proven=proven,
        )
