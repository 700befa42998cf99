"""Executes a whole chain again from its genesis document, and checks all that was signed for it.

Nothing that a source says is believed: the genesis document alone says who may sign, and which
state the chain begins with. What is executed is kept in a workplace on disk, so memory does not
grow with the chain, and an audit that is interrupted goes on from its last batch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import BlockId
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.chain import BlockFault, Chain
from amanat.ledger.configurations import Configuration
from amanat.ledger.dates import date_of
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.executed_block import ExecutedBlock, Tip
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.invariants import violations
from amanat.ledger.tree.state_tree import StateTree
from amanat.node.application import header_fault
from amanat.node.audit import standing as standings
from amanat.node.audit.accusations import Accusations
from amanat.node.audit.archive import FRAME_BYTES_MAX
from amanat.node.audit.certification import Certification
from amanat.node.audit.findings import Faulty, Finding, faults
from amanat.node.audit.ground import Ground
from amanat.node.audit.sources import Damaged, Source, SourcedBlock, Unusable
from amanat.node.audit.standing import Standing
from amanat.node.audit.succession import check_succession
from amanat.node.audit.workplace import Workplace
from amanat.node.reexecution import NO_CLOCK

BATCH_BLOCKS: Final = 256
"""After so many blocks the workplace is written: so many are executed again after a kill."""

BATCH_BYTES: Final = 8 * 1024 * 1024
"""Or after so many bytes of blocks."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an audit is done."""

    recount_every: int | None = None
    """After so many blocks the register is recounted as well; None for once, at the end."""
    seconds: Callable[[], float] = lambda: 0.0
    """How long this run has taken."""
    batch_blocks: int = BATCH_BLOCKS


class Auditor:
    """One audit of one source."""

    def __init__(
        self,
        document: GenesisDocument,
        source: Source,
        workplace: Workplace,
        manner: Manner | None = None,
    ) -> None:
        """Begin with the genesis document, or go on from what `workplace` holds.

        Raises:
            Unusable: the source is of another chain, or the workplace of another audit.
        """
        self.document, self.source = document, source
        self._manner = manner or Manner()
        if source.chain != document.chain_id():
            raise Unusable(
                f"{source.name} is of the chain {source.chain.hex()[:16]}; the genesis document "
                f"given is of {document.chain_id().hex()[:16]}"
            )
        self._workplace = workplace
        self._begun = self._begin()
        self._stand(self._begun)

    @property
    def resumed_from(self) -> int:
        """The block after which an earlier run had stopped; 0 for none."""
        return self._begun.block.height

    @property
    def held(self) -> int:
        """How many blocks are in memory, with what they changed."""
        return len(self._blocks)

    def _begin(self) -> Standing:
        raw = self._workplace.standing()
        if raw is not None:
            return standings.read(raw, str(self._workplace.path), self.source)
        update, _ = self.document.initial_state(self._workplace)
        self._workplace.found(update.written, Configuration.first(self.document.authorities))
        return standings.beginning(self.document, self.source, update.tree.ref)

    def _stand(self, begun: Standing) -> None:
        self.ground = Ground(self.document, self._workplace)
        self.tally = begun.tally
        self.last = begun.block
        self._leader = begun.leader
        self._verified = VerifiedTransactions()
        tree = StateTree.open(begun.root, self._workplace)
        self.chain = Chain(
            self.document.chain_id(),
            final=Tip(begun.block.height, begun.block.digest, begun.time, tree),
            executed=self._workplace,
            verified=self._verified,
        )
        self.certification = Certification(self.ground, begun.final, begun.waiting)
        self.accusations = Accusations((), begun.tally.refuted)
        self._blocks: list[ExecutedBlock] = []
        self._ids: list[BlockId] = []
        self._bytes = 0

    @property
    def seconds(self) -> int:
        """How long all runs of this audit have taken together."""
        return self._begun.seconds + round(self._manner.seconds())

    def run(
        self, watch: Callable[[int, int], None] = lambda _height, _last: None
    ) -> Finding | None:
        """Audit every block; return the first thing that is not in order, or None.

        `watch` is told after each block where the audit stands, and where the source ends.

        Raises:
            Unusable: the source does not answer any more, or is not the one that an earlier run
                read. What was done is kept.
            UnknownVersion: this program does not know by which rules a block is to be executed.
        """
        try:
            self.accusations = Accusations(self.source.evidence(), self.tally.refuted)
            self._check_same()
            for sourced in self.source.blocks(self.last.height + 1):
                self._take(sourced)
                watch(self.last.height, self.source.last)
            self._check_whole()
            self._save()
            self.certification.end(self.last.height)
            self._recount()
        except Faulty as faulty:
            return faulty.finding
        except Damaged as damaged:
            return Finding(damaged.height, "whole", damaged.expected, damaged.found)
        finally:
            self.tally.certificates = self._certificates()
        return None

    def _check_same(self) -> None:
        """Check that the source still has the block after which an earlier run stopped."""
        self.accusations.stand_on(self.chain)
        if self.last.height == 0:
            return
        first = next(iter(self.source.blocks(self.last.height)), None)
        try:
            found = first and decode(first.entry, Entry, bytes_max=FRAME_BYTES_MAX).block
        except EncodingError:
            found = None
        if found != self.last:
            raise Unusable(
                f"{self.source.name} is not what was audited up to block {self.last.height}: it "
                f"has another block there; remove {self._workplace.path} to begin anew"
            )

    def _take(self, sourced: SourcedBlock) -> None:
        height = self.last.height + 1
        if sourced.height != height:
            raise faults(height, "whole")(f"block {height}", f"block {sourced.height}")
        try:
            entry = decode(sourced.entry, Entry, bytes_max=FRAME_BYTES_MAX)
        except EncodingError as error:
            raise faults(height, "encoding")("a log entry", str(error)) from error
        check_succession(self.ground, self.last, self._leader, entry)
        block = self._executed(entry)
        self._check_receipts(sourced, block)
        self.last = self.ground.learn(block)
        self._leader = entry.proposer
        self.certification.take(height, entry, sourced.certificate)
        self._count(sourced, entry, block)
        self.accusations.stand_on(self.chain)
        self._blocks.append(block)
        self._ids.append(self.last)
        self._bytes += len(sourced.entry)
        if len(self._blocks) >= self._manner.batch_blocks or self._bytes >= BATCH_BYTES:
            self._save()
        if self._manner.recount_every and height % self._manner.recount_every == 0:
            self._recount()

    def _executed(self, entry: Entry) -> ExecutedBlock:
        try:
            return self.chain.extend(
                entry.payload,
                latest=NO_CLOCK,
                accept=lambda header: header_fault(header, entry),
                completes_change=entry.completes_change,
            )
        except BlockFault as fault:
            refuse = faults(entry.block.height, "execution")
            raise refuse("a block that executes to what it says", str(fault)) from fault

    def _check_receipts(self, sourced: SourcedBlock, block: ExecutedBlock) -> None:
        if sourced.receipts is None or sourced.receipts == encode(block.receipts):
            return
        raise faults(block.height, "receipts")(
            f"the receipts whose root is {block.block.header.transactions_root.hex()}",
            "others, which no header commits to",
        )

    def _count(self, sourced: SourcedBlock, entry: Entry, block: ExecutedBlock) -> None:
        transactions = [
            self._verified.open(envelope, bytes_max=len(envelope))
            for envelope in block.block.transactions
        ]
        self.tally.add(sourced, entry, block, transactions)
        self.tally.refuted = sorted(self.accusations.refuted)

    def _check_whole(self) -> None:
        height = self.last.height
        if height < self.source.last:
            wanted = f"all blocks up to {self.source.last}, which the source says it has"
            raise faults(height + 1, "whole")(wanted, "the end")

    def _recount(self) -> None:
        """Recount the register, from the state's entries alone."""
        height, tip = self.last.height, self.chain.tip
        found = violations(tip.tree.items(), date_of(tip.time))
        self.tally.recounts += 1
        if found:
            wanted = "a register that agrees with its recount"
            raise faults(height, "totals")(wanted, "; ".join(found[:10]))

    def _certificates(self) -> int:
        checked, self.certification.checked = self.certification.checked, 0
        return self.tally.certificates + checked

    def _save(self) -> None:
        """Write what was done since the last time, with where the audit stands now."""
        self.tally.certificates = self._certificates()
        self.tally.refuted = sorted(self.accusations.refuted)
        standing = Standing(
            program=self._begun.program,
            chain=self._begun.chain,
            source=self._begun.source,
            block=self.last,
            time=self.chain.tip.time,
            root=self.chain.tip.tree.ref,
            leader=self._leader,
            final=self.certification.final,
            waiting=self.certification.waiting,
            tally=self.tally,
            seconds=self.seconds,
        )
        self._workplace.advance(self._blocks, self._ids, encode(standing))
        self.chain.finalize(self.last.height)
        self.ground.forget()
        self._blocks, self._ids, self._bytes = [], [], 0
