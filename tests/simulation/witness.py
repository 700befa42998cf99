"""What must hold while some authorities lie: of the honest, everything; of the liars, nothing."""

from collections import Counter
from collections.abc import Callable, Iterable

from amanat.consensus.evidence import Evidence, InvalidBlock, is_proven
from amanat.consensus.interface import Effects
from amanat.consensus.messages import Append
from amanat.consensus.statements import BlockId, CommitCertificate
from amanat.ledger.authorities import AuthoritySet, QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.executed_block import Tip
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.node.reexecution import Reexecution
from tests.simulation.invariants import Invariants, Violation
from tests.simulation.story import words


class Witness(Invariants):
    """Holds the honest to the invariants, and the liars to nothing.

    With more liars than the rule `bears`, what breaks is noted: then they are to be named.
    """

    def __init__(
        self, chain: Digest, authorities: AuthoritySet, liars: frozenset[str], *, bears: bool
    ) -> None:
        super().__init__(chain, authorities)
        self._liars = liars
        self._bears = bears
        self.fork: str | None = None
        """What first broke, if there are more liars than the rule bears."""
        self.evidence: dict[Evidence, None] = {}
        """All that the honest have against liars."""

    def decides(
        self, block: BlockId, certifier: Configuration | None, after: Configuration | None
    ) -> None:
        """8; and that no more lie than those who decide can bear, or the run asks too much."""
        super().decides(block, certifier, after)
        for each in after.sets if after is not None and self._bears else ():
            names = {member.name for member in each.members}
            assert each.is_quorum(names - self._liars), f"{names} cannot do without their liars"
            if each.rule is QuorumRule.TWO_THIRDS:
                assert len(names & self._liars) <= each.liars_max, f"too many of {names} lie"

    def signed(self, name: str, message: bytes) -> None:
        """6, of the honest."""
        if name not in self._liars:
            super().signed(name, message)

    def stepped(self, name: str, effects: Effects) -> None:
        """1, 5, 7, of the honest; and nobody has evidence against any of them."""
        for evidence in effects.evidence:
            self._accuses(name, evidence)
        for entry in effects.persist.entries if effects.persist is not None else ():
            self._entries.setdefault(entry.block.digest, entry)
        if name in self._liars:
            return
        if effects.elected is not None:
            elected = effects.elected
            self._noting(lambda: self._elected(name, elected))
        for outgoing in effects.messages:
            if isinstance(outgoing.message, Append):
                leader = outgoing.message.leader_certificate
                self._noting(lambda leader=leader: self._leads(leader))  # type: ignore[misc]  # bound per turn
        if effects.persist is not None:
            for entry in effects.persist.entries:
                self._linked(entry)

    def _accuses(self, name: str, evidence: Evidence) -> None:
        if evidence.authority not in self._liars:
            raise Violation(f"6: {name} has evidence against an honest one: {evidence}")
        if name not in self._liars and evidence not in self.evidence:
            # What it takes to execute a block again is there at the end only: see `judge`.
            if not self._is_proven(evidence, self._configurations, lambda _: True):
                raise Violation(f"6: {name} takes for evidence what proves nothing: {evidence}")
            self.evidence[evidence] = None

    def judge(self, document: GenesisDocument) -> Counter[str]:
        """Prove all evidence once more, to one who has the final chain; return it by kind.

        Raises:
            Violation: something is not proven.
        """
        final = self.final_chain()
        payloads = [entry.payload for entry in final]
        executed = Reexecution(
            document, lambda height: payloads[height - 1] if height <= len(payloads) else None
        )
        decided = [self._chain, *(entry.block.digest for entry in final)]
        for evidence in sorted(self.evidence, key=_parent_height):
            if not self._is_proven(evidence, decided, executed.is_refuted):
                raise Violation(f"6: nobody else can tell that {evidence} is true")
        return Counter(words(type(evidence).__name__) for evidence in self.evidence)

    def _is_proven(
        self,
        evidence: Evidence,
        blocks: Iterable[Digest],
        is_refuted: Callable[[InvalidBlock], bool],
    ) -> bool:
        """Return whether evidence is proven to one who knows who decided after these blocks."""
        known = {self._configurations[block] for block in blocks}
        return any(is_proven(evidence, self._chain, each, is_refuted) for each in known)

    def starts(self, name: str, last: BlockId | None, final: Tip) -> None:
        """3, 8, of the honest."""
        if name in self._liars:
            return
        if last is not None and final.height not in self.final:
            # A liar alone knew that it is final, and gave the proof away with a snapshot.
            self.learns(last, final.tree.root)
        self._noting(lambda: super(Witness, self).starts(name, last, final))

    def truncates(self, name: str, dropped: list[BlockId]) -> None:
        """3, of the honest."""
        if name not in self._liars:
            self._noting(lambda: super(Witness, self).truncates(name, dropped))

    def leader_log(self, name: str, term: int, log: dict[int, BlockId]) -> None:
        """4, of the honest."""
        if name not in self._liars:
            self._noting(lambda: super(Witness, self).leader_log(name, term, log))

    def finalizes(
        self, name: str, certificate: CommitCertificate, blocks: list[tuple[BlockId, Digest]]
    ) -> None:
        """2, 7, 8, of the honest."""
        if name not in self._liars:
            self._noting(lambda: super(Witness, self).finalizes(name, certificate, blocks))

    def executes(self, height: int, ids: tuple[Digest, ...]) -> None:
        """10."""
        self._noting(lambda: super(Witness, self).executes(height, ids))

    def answers(self, transaction: Digest, height: int, outcome: str) -> None:
        """10."""
        self._noting(lambda: super(Witness, self).answers(transaction, height, outcome))

    def answers_read(self, name: str, number: int, height: int) -> None:
        """12, of the honest. A liar may answer a read of long ago, or one of somebody else."""
        if name not in self._liars and (name, number) in self._reads:
            self._noting(lambda: super(Witness, self).answers_read(name, number, height))

    def _noting(self, check: Callable[[], None]) -> None:
        """Check; with more liars than the rule bears, note what breaks and go on."""
        try:
            check()
        except Violation as violation:
            if self._bears:
                raise
            self.fork = self.fork or str(violation)


def _parent_height(evidence: Evidence) -> int:
    return evidence.parent.height if isinstance(evidence, InvalidBlock) else 0
