"""Whole chains as a source has them, on the real ledger: honest ones, and what liars make of them.

`Written` grows a chain block by block, elects its leaders, certifies its blocks and can exchange
an authority. `Shown` is what a source shows of it, and each part of that can be replaced.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from amanat.consensus.evidence import Evidence
from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Proposal,
    Vote,
    genesis_id,
)
from amanat.ledger.authorities import Authority, AuthoritySet, QuorumRule
from amanat.ledger.blocks import Block
from amanat.ledger.dates import DAY_MS
from amanat.ledger.encoding import decode, encode
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.operations import Transfer
from amanat.ledger.operations.change_authorities import ChangeAuthorities
from amanat.ledger.operations.close_day import CloseDay
from amanat.ledger.readiness import Readiness, Ready
from amanat.node.audit.sources import SourcedBlock
from tests.ledger.desk import opened
from tests.ledger.world import RUPEE, START, Writer, authority_set, chain, genesis, key, market

OLD = ("cdc", "custodian-a", "mof", "sbp")
NEW = ("cdc", "custodian-b", "mof", "sbp")
EVERYBODY = ("cdc", "custodian-a", "custodian-b", "mof", "sbp")
QUORUM = 3


@dataclass
class Shown:
    """A source in memory. `stops_at` is where it breaks off, as a killed program would."""

    document: Any
    found: list[SourcedBlock]
    last: int = 0
    name: str = "shown"
    kind: str = "test chain"
    accused: list[Evidence] = field(default_factory=list)
    stops_at: int | None = None
    given: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chain = self.document.chain_id()
        self.last = self.last or len(self.found)

    def blocks(self, first: int) -> Iterator[SourcedBlock]:
        for each in self.found:
            if each.height < first:
                continue
            if each.height == self.stops_at:
                raise KeyboardInterrupt
            self.given.append(each.height)
            yield each

    def evidence(self) -> Iterable[Evidence]:
        return self.accused

    def close(self) -> None:
        pass


class Written:
    """An honest chain, as its authorities have written it."""

    def __init__(self, rule: QuorumRule = QuorumRule.MAJORITY) -> None:
        self.rule = rule
        self.document = genesis(_set(OLD, rule))
        self.chain_id = self.document.chain_id()
        self.chain = chain(self.document)
        self.writer = Writer(self.chain_id, START + 5 * DAY_MS)
        self.blocks: list[ExecutedBlock] = []
        self.entries: list[Entry] = []
        self.certifiers: list[Sequence[str]] = []
        """Who certifies each block: just enough."""
        self.evidence: list[Evidence] = []

    def id(self, height: int) -> BlockId:
        return self.entries[height - 1].block if height else genesis_id(self.chain_id)

    def grow(
        self,
        *envelopes: bytes,
        term: int | None = None,
        leader: str = "mof",
        by: Sequence[str] = ("cdc", "mof", "sbp"),
        completes_change: bool = False,
        time: int = START,
    ) -> None:
        """Agree on one more block; `by` elect its leader and certify it."""
        height = len(self.entries) + 1
        previous = self.id(height - 1)
        term = term or max(previous.term, 1)
        election = None
        if term > previous.term:
            election = elected(self.chain_id, term, leader, previous, by)
        built = self.chain.build(
            term=term,
            proposer=leader,
            time=time,
            leader_certificate=election.digest() if election else b"",
            candidates=[opened(each) for each in envelopes],
            completes_change=completes_change,
        )
        assert built.refused == []
        self.chain.append(built.block)
        block = BlockId(term, height, built.block.digest)
        change = None
        if completes_change:
            since = self.blocks[-1].next_configuration.since
            change = self.certificate(since + (self.rule is QuorumRule.TWO_THIRDS))
        parent = None
        if self.rule is QuorumRule.TWO_THIRDS and height > 1:
            parent = self.certificate(height - 1)
        self.blocks.append(built.block)
        self.certifiers.append(by)
        self.entries.append(
            Entry(
                block=block,
                parent=previous.digest,
                proposer=leader,
                leader_certificate=election,
                parent_certificate=parent,
                change_certificate=change,
                signature=signed(leader, Proposal(self.chain_id, block).message()),
                payload=built.block.payload,
            )
        )

    def certificate(self, height: int, by: Sequence[str] | None = None) -> CommitCertificate:
        """Return the certificate of the block at `height`."""
        return certificate_of(
            self.chain_id, self.id(height - 1), self.id(height), by or self.certifiers[height - 1]
        )

    def final(self, height: int) -> bytes | None:
        """Return what makes just this block final, encoded; None if nothing does yet."""
        two_thirds = self.rule is QuorumRule.TWO_THIRDS
        if not two_thirds:
            return encode(self.certificate(height))
        if height == len(self.entries) or self.id(height + 1).term != self.id(height).term:
            return None
        return encode(self.certificate(height + 1))

    @property
    def last(self) -> int:
        """The last final block."""
        return len(self.entries) - (self.rule is QuorumRule.TWO_THIRDS)

    def shown(self, **changes: Any) -> Shown:
        """Return it as a source shows it."""
        found = [
            SourcedBlock(
                height,
                encode(self.entries[height - 1]),
                self.final(height),
                encode(self.blocks[height - 1].receipts),
            )
            for height in range(1, self.last + 1)
        ]
        return Shown(self.document, found, accused=self.evidence, **changes)


def story(rule: QuorumRule = QuorumRule.MAJORITY) -> Written:
    """Return a chain in which everything happens that an audit looks at.

    Block 1 opens a term. 2 to 8 set up a market. 9 admits a learner, 10 begins to exchange an
    authority, 11 is certified by both sets, 12 ends the change. 13 opens another term, under
    another leader. 14 has a payment, and one that is refused. 15 closes a day; 16 and 17 pay.
    """
    written = Written(rule)
    writer = written.writer
    written.grow()
    for envelope in market(writer):
        written.grow(envelope)
    word = Ready(written.chain_id, "custodian-b", 9)
    ready = Readiness("custodian-b", 9, signed("custodian-b", word.message()))
    learner = tuple(each for each in _set(EVERYBODY, rule).members if each.name == "custodian-b")
    written.grow(_change(writer, OLD, rule, learner, ()))
    written.grow(_change(writer, NEW, rule, (), (ready,)), by=("cdc", "custodian-a", "mof"))
    written.grow(by=EVERYBODY)
    written.grow(by=("cdc", "custodian-b", "mof"), completes_change=True)
    written.grow(term=3, leader="sbp", by=("custodian-b", "mof", "sbp"))
    payment = writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 5))
    overdraft = writer.sign(["gamma"], Transfer("gamma", "beta", RUPEE, 2**60))
    written.grow(payment, overdraft, leader="sbp")
    close = writer.sign(["sbp"], CloseDay(START // DAY_MS))
    written.grow(close, leader="sbp", time=START + 2 * DAY_MS)
    for _ in range(2):
        payment = writer.sign(["alpha"], Transfer("alpha", "beta", RUPEE, 1))
        written.grow(payment, leader="sbp", time=START + 2 * DAY_MS)
    return written


def pays(written: Written, count: int) -> Written:
    """Let `written` go on for so many blocks, each with one payment."""
    leader, time = written.entries[-1].proposer, START + 2 * DAY_MS
    for _ in range(count):
        payment = written.writer.sign(["beta"], Transfer("beta", "alpha", RUPEE, 1))
        written.grow(payment, leader=leader, time=time)
    return written


def relied(written: Written, height: int, change: Callable[[Block], Block]) -> SourcedBlock:
    """Return the block at `height` as lying authorities agree on it: changed, and signed by all."""
    entry = written.entries[height - 1]
    block = change(decode(entry.payload, Block))
    name = BlockId(entry.block.term, height, block.header.digest())
    lie = replace(
        entry,
        block=name,
        payload=encode(block),
        signature=signed(entry.proposer, Proposal(written.chain_id, name).message()),
    )
    by = written.certifiers[height - 1]
    certificate = certificate_of(written.chain_id, written.id(height - 1), name, by)
    return SourcedBlock(height, encode(lie), encode(certificate))


def certificate_of(
    chain_id: bytes, parent: BlockId, block: BlockId, by: Sequence[str]
) -> CommitCertificate:
    """Return the certificate of a block by these names, whether they may sign it or not."""
    return CommitCertificate(parent, block, _all(by, Ack(chain_id, parent, block).message()))


def elected(
    chain_id: bytes, term: int, leader: str, last: BlockId, by: Sequence[str]
) -> LeaderCertificate:
    """Return the votes of these names, whether they may vote or not."""
    return LeaderCertificate(
        term, leader, last, _all(by, Vote(chain_id, term, leader, last).message())
    )


def signed(name: str, message: bytes) -> bytes:
    """Return an authority's signature."""
    return key(f"authority {name}").sign(message).signature


def _all(names: Sequence[str], message: bytes) -> tuple[AuthoritySignature, ...]:
    return tuple(AuthoritySignature(name, signed(name, message)) for name in sorted(names))


def _set(names: Sequence[str], rule: QuorumRule) -> AuthoritySet:
    return authority_set(names, QUORUM, rule=rule)


def _change(
    writer: Writer,
    names: Sequence[str],
    rule: QuorumRule,
    learners: tuple[Authority, ...],
    ready: tuple[Readiness, ...],
) -> bytes:
    operation = ChangeAuthorities(_set(names, rule).members, QUORUM, 1, learners, ready)
    return writer.sign(["mof", "sbp"], operation)
