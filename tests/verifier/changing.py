"""A network that exchanges one of its four authorities, on the real ledger, under either rule.

block 1   opens the term
block 2   sets up the market of `world`
block 3   admits custodian-b as a learner
block 4   begins to exchange custodian-a for custodian-b: from here on both sets must agree
block 5   is certified by both
block 6   completes the change, certified by the new set
block 7   does something else
block 8   is empty
"""

from collections.abc import Sequence
from typing import Any, Final

from amanat.consensus.statements import Ack, AuthoritySignature, BlockId, CommitCertificate
from amanat.ledger.authorities import Authority, AuthoritySet, QuorumRule
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import encode
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.operations import AnyOperation
from amanat.ledger.operations.change_authorities import ChangeAuthorities
from amanat.ledger.readiness import Readiness, Ready
from amanat.ledger.receipts import Applied
from amanat.ledger.state import CONFIGURATION, HOLDINGS
from amanat.node.eras import Era
from amanat.node.proofs import balance_proof, receipt_proof
from amanat.verifier import Invalid
from tests.ledger.desk import opened
from tests.ledger.world import (
    BILL,
    START,
    Writer,
    account,
    authority_set,
    chain,
    genesis,
    key,
    market,
)
from tests.verifier.rehearsal import is_refused, refusal

OLD: Final = ("cdc", "custodian-a", "mof", "sbp")
NEW: Final = ("cdc", "custodian-b", "mof", "sbp")
EVERYBODY: Final = ("cdc", "custodian-a", "custodian-b", "mof", "sbp")
QUORUM: Final = 3
STAYING: Final = ("cdc", "mof", "sbp")
"""Enough of the old set and of the new one."""
OF_OLD: Final = ("cdc", "custodian-a", "mof")
"""Enough of the old set alone."""
OF_NEW: Final = ("cdc", "custodian-b", "mof")
"""Enough of the new set alone."""
LEARNING, BEGINNING, JOINT, COMPLETING, AFTER, LAST = 3, 4, 5, 6, 7, 8


class ChangingNetwork:
    """Its blocks, executed by the real ledger, and what can be proved of them."""

    def __init__(self, rule: QuorumRule) -> None:
        self.rule = rule
        self.document = genesis(_set(OLD, rule))
        self.chain_id = self.document.chain_id()
        self.blocks: list[ExecutedBlock] = []
        self._chain = chain(self.document)
        writer = Writer(self.chain_id)
        learner = _members(EVERYBODY, rule, only=("custodian-b",))
        word = Ready(self.chain_id, "custodian-b", LEARNING)
        ready = Readiness("custodian-b", LEARNING, sign("custodian-b", word.message()))
        self._grow()
        self._grow(*market(writer))
        self._grow(by_the_state(writer, _change(OLD, rule, learner, ())))
        self._grow(by_the_state(writer, _change(NEW, rule, (), (ready,))))
        self._grow()
        self._grow(completes_change=True)
        opening = account("mof-second", "mof", "mof")
        self._grow(writer.sign(["mof"], opening))
        self._grow()

    def _grow(self, *envelopes: bytes, completes_change: bool = False) -> None:
        built = self._chain.build(
            term=1,
            proposer="mof",
            time=START,
            leader_certificate=b"",
            candidates=[opened(envelope) for envelope in envelopes],
            completes_change=completes_change,
        )
        assert built.refused == []
        assert all(isinstance(each.outcome, Applied) for each in built.block.receipts)
        self._chain.append(built.block)
        self.blocks.append(built.block)

    @property
    def genesis(self) -> bytes:
        return encode(self.document)

    def block(self, height: int) -> ExecutedBlock:
        return self.blocks[height - 1]

    def headers(self, first: int, last: int) -> list[BlockHeader]:
        return [self.block(height).block.header for height in range(first, last + 1)]

    @property
    def configurations(self) -> list[Configuration]:
        """Every one, that of genesis first."""
        found = [Configuration.first(self.document.authorities)]
        for block in self.blocks:
            if block.next_configuration != found[-1]:
                found.append(block.next_configuration)
        return found

    def certificate(self, height: int, names: Sequence[str] = EVERYBODY) -> CommitCertificate:
        """What makes the block at `height` final, if enough of `names` may sign it."""
        child = self.rule is QuorumRule.TWO_THIRDS
        (header,) = self.headers(height + child, height + child)
        return certificate(header, names)

    def era(self, since: int, last: int | None = None, names: Sequence[str] = EVERYBODY) -> Era:
        """The proof of what the block at `since` brought about, by the certificate for `last`."""
        last = last or since
        proof = self.block(since).tree.prove(CONFIGURATION.key())
        return Era(tuple(self.headers(since, last)), self.certificate(last, names), proof)

    def eras(self, height: int) -> list[Era]:
        """The proofs of all that came about up to `height`, by certificates as nodes make them."""
        signed: dict[int, Sequence[str]] = {
            LEARNING: OF_OLD,
            BEGINNING: OF_OLD,
            COMPLETING: OF_NEW,
        }
        if self.rule is QuorumRule.TWO_THIRDS:
            signed[BEGINNING] = EVERYBODY  # The child is the first block that both must certify.
        return [self.era(since, since, signed[since]) for since in signed if since <= height]

    def balance(
        self,
        height: int,
        last: int | None = None,
        names: Sequence[str] = STAYING,
        *,
        eras: Sequence[Era] | None = None,
    ) -> bytes:
        """The bundle for what mof-house holds at `height`, by the certificate for `last`."""
        last = last or height
        return balance_proof(
            self.eras(last) if eras is None else eras,
            self.headers(height, last),
            self.certificate(last, names),
            self.block(height).tree.prove(HOLDINGS.key("mof-house", BILL)),
        )

    def receipt(self, height: int) -> bytes:
        """The bundle for the first receipt at `height`."""
        headers, receipts = self.headers(height, height), self.block(height).receipts
        return receipt_proof(
            self.eras(height), headers, self.certificate(height, STAYING), receipts, 0
        )

    def with_eras(self, eras: Sequence[Era], height: int = AFTER) -> bytes:
        """The bundle for a balance at `height`, with other eras than the genuine ones."""
        return self.balance(height, eras=eras)

    def accepts(self, bundle: bytes) -> bool:
        return not is_refused(bundle, self.genesis)

    def refusal(self, bundle: bytes) -> Invalid:
        return refusal(bundle, self.genesis)


def certificate(of: BlockHeader, names: Sequence[str]) -> CommitCertificate:
    """The certificate of a block by these names, whether they may sign it or not."""
    parent = BlockId(of.term, of.height - 1, of.parent)
    block = BlockId(of.term, of.height, of.digest())
    message = Ack(of.chain, parent, block).message()
    acks = tuple(AuthoritySignature(name, sign(name, message)) for name in sorted(names))
    return CommitCertificate(parent, block, acks)


def sign(name: str, message: bytes) -> bytes:
    return key(f"authority {name}").sign(message).signature


def by_the_state(writer: Writer, operation: AnyOperation) -> bytes:
    return writer.sign(["mof", "sbp"], operation)


def _set(names: Sequence[str], rule: QuorumRule) -> AuthoritySet:
    return authority_set(names, QUORUM, rule=rule)


def _members(
    names: Sequence[str], rule: QuorumRule, only: Sequence[str] = EVERYBODY
) -> tuple[Authority, ...]:
    return tuple(member for member in _set(names, rule).members if member.name in only)


def _change(
    names: Sequence[str], rule: QuorumRule, learners: Any, ready: tuple[Readiness, ...]
) -> ChangeAuthorities:
    return ChangeAuthorities(_set(names, rule).members, QUORUM, 1, learners, ready)


NETWORKS: Final = {rule: ChangingNetwork(rule) for rule in QuorumRule}
