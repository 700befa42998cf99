"""What must always hold (DESIGN §10), checked while the cluster runs.

Every signature that is made and every certificate that appears passes through here, so a violation
is seen in the step that commits it.
"""

from collections.abc import Iterable

from amanat.consensus.interface import Effects
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Append
from amanat.consensus.statements import (
    Ack,
    BlockId,
    CommitCertificate,
    LeaderCertificate,
    Proposal,
    Vote,
)
from amanat.ledger.authorities import AuthorityClass, AuthoritySet
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Domain
from amanat.ledger.encoding import decode
from amanat.ledger.executed_block import Tip
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.ledger.invariants import violations
from amanat.ledger.receipts import Applied
from amanat.ledger.tree.state_tree import StateTree
from tests.ledger import world


class Violation(AssertionError):  # noqa: N818 - the word for it
    """An invariant does not hold."""


class Invariants:
    """Watches one cluster. Each method raises `Violation` when what it is told must not be."""

    def __init__(self, chain: Digest, authorities: AuthoritySet) -> None:
        self._chain = chain
        first = Configuration.first(authorities)
        self._certifiers: dict[Digest, Configuration] = {}
        self._configurations: dict[Digest, Configuration] = {chain: first}
        self.configuration = first
        """Who decides after the last block that anybody knows to be final."""
        self._leaders: dict[int, str] = {}
        self._certificates: set[LeaderCertificate | CommitCertificate] = set()
        self._votes: dict[tuple[str, int], bytes] = {}
        self._acks: dict[tuple[str, int, int], Digest] = {}
        self._proposals: dict[tuple[str, int, int], Digest] = {}
        self._parents: dict[Digest, Digest] = {}
        self._entries: dict[Digest, Entry] = {}
        self._roots: dict[int, Digest] = {}
        self._answers: dict[Digest, tuple[int, str]] = {}
        self._reads: dict[tuple[str, int], int] = {}
        self.final: dict[int, BlockId] = {}
        """Every final block, by height."""
        self._final_since: dict[int, int] = {}
        """In which term each was made final, as far as that is known."""
        self.executed: dict[Digest, int] = {}
        """Every final transaction: its height by its id."""

    @property
    def final_height(self) -> int:
        """The greatest height that any node knows to be final."""
        return max(self.final, default=0)

    def signed(self, name: str, message: bytes) -> None:
        """6: no authority signs two votes in a term, or two blocks at one term and height."""
        domain, _, payload = message.partition(b"\x00")
        if domain == Domain.VOTE.encode():
            vote = decode(payload, Vote)
            if self._votes.setdefault((name, vote.term), payload) != payload:
                raise Violation(f"6: {name} signs two votes in term {vote.term}")
        elif domain == Domain.ACK.encode():
            block = decode(payload, Ack).block
            place = (name, block.term, block.height)
            if self._acks.setdefault(place, block.digest) != block.digest:
                raise Violation(f"6: {name} acks two blocks at {block.position}")
        elif domain == Domain.PROPOSAL.encode():
            block = decode(payload, Proposal).block
            place = (name, block.term, block.height)
            if self._proposals.setdefault(place, block.digest) != block.digest:
                raise Violation(f"6: {name} proposes two blocks at {block.position}")

    def stepped(self, name: str, effects: Effects) -> None:
        """Check all that a step lets out."""
        for evidence in effects.evidence:
            raise Violation(f"6: {name} has evidence against {evidence.authority}: {evidence}")
        if effects.elected is not None:
            self._elected(name, effects.elected)
        for outgoing in effects.messages:
            if isinstance(outgoing.message, Append):
                self._leads(outgoing.message.leader_certificate)
        if effects.persist is not None:
            for entry in effects.persist.entries:
                self._linked(entry)

    def decides(
        self, block: BlockId, certifier: Configuration | None, after: Configuration | None
    ) -> None:
        """8: everybody who executes a block finds the same authorities before and after it."""
        if certifier is None or after is None:
            raise Violation(f"8: nobody knows who certifies block {block.height}")
        if self._certifiers.setdefault(block.digest, certifier) != certifier:
            raise Violation(f"8: block {block.height} has two certifiers")
        if self._configurations.setdefault(block.digest, after) != after:
            raise Violation(f"8: block {block.height} leads to two configurations")

    def starts(self, name: str, last: BlockId | None, final: Tip) -> None:
        """3, 8: what a node starts with is the final chain's, and the state that others reached."""
        if final.height == 0:
            return
        block = self.final.get(final.height)
        if block is None or block.digest != final.digest or last != block:
            raise Violation(f"3: {name} starts with a block {final.height} that is not final")
        if self._roots[final.height] != final.tree.root:
            raise Violation(f"8: {name} starts with another state at height {final.height}")

    def truncates(self, name: str, dropped: list[BlockId]) -> None:
        """3: what was final stays final, on every node that holds it."""
        for block in dropped:
            if self.final.get(block.height) == block:
                raise Violation(f"3: {name} drops the final block {block.height}")

    def leader_log(self, name: str, term: int, log: dict[int, BlockId]) -> None:
        """4: a new leader's log holds every block made final in a term before, where it begins.

        Whoever is elected late, in a term that is past, may lack what became final since.
        """
        first = min(log, default=1)
        for height, block in self.final.items():
            is_older = self._final_since.get(height, block.term) < term
            if height >= first and is_older and log.get(height) != block:
                raise Violation(f"4: {name} is elected without the final block {height}")

    def finalizes(
        self, name: str, certificate: CommitCertificate, blocks: list[tuple[BlockId, Digest]]
    ) -> None:
        """2, 7, 8: one final block per height, certified by a sovereign quorum, one root each.

        `blocks` are those that the node newly takes for final, each with its state root there.
        """
        self._certified(certificate, blocks[-1][0])
        for block, root in blocks:
            self._final_since.setdefault(block.height, certificate.block.term)
            self.learns(block, root)
            if self.final[block.height] != block:
                raise Violation(f"2: {name} has another final block at height {block.height}")
            if self._roots[block.height] != root:
                raise Violation(f"8: {name} has another state at height {block.height}")

    def learns(self, block: BlockId, root: Digest) -> None:
        """Note a final block and the state after it, unless another one is known there."""
        if block.height > self.final_height:
            self.configuration = self._configurations[block.digest]
        self.final.setdefault(block.height, block)
        self._roots.setdefault(block.height, root)

    def executes(self, height: int, ids: tuple[Digest, ...]) -> None:
        """10: a transaction takes effect at most once."""
        for transaction in ids:
            if self.executed.setdefault(transaction, height) != height:
                first = self.executed[transaction]
                raise Violation(f"10: {transaction.hex()} executed at {first} and {height}")

    def answers(self, transaction: Digest, height: int, outcome: str) -> None:
        """10: an answered outcome is final: every node gives the same, for ever."""
        if self._answers.setdefault(transaction, (height, outcome)) != (height, outcome):
            raise Violation(f"10: {transaction.hex()} was answered otherwise before")

    def reads(self, name: str, number: int) -> None:
        """A read begins at `name`."""
        self._reads[name, number] = self.final_height

    def answers_read(self, name: str, number: int, height: int) -> None:
        """12: a read sees all that anybody knew to be final when it began."""
        begun = self._reads[name, number]
        if height < begun:
            raise Violation(f"12: {name} reads at {height} what was final up to {begun}")

    def conserves(self, height: int, tree: StateTree) -> None:
        """9: issued - redeemed is the sum of holdings, none of them negative."""
        found = violations(tree.items())
        if found:
            raise Violation(f"9: at height {height}: {found}")

    def final_chain(self) -> list[Entry]:
        """Return the entries of all final blocks, in order."""
        found: list[Entry] = []
        block = self.final[self.final_height].digest if self.final else self._chain
        while block != self._chain:
            found.append(self._entries[block])
            block = found[-1].parent
        return found[::-1]

    def replays(self, document: GenesisDocument) -> list[Digest]:
        """11: executing the final chain from genesis gives the same state roots.

        Return the transactions that took effect, in order.
        """
        chain = world.chain(document)
        applied: list[Digest] = []
        for entry in self.final_chain():
            executed = chain.extend(
                entry.payload,
                latest=2**63 - 1,
                accept=lambda _: None,
                completes_change=entry.completes_change,
            )
            if executed.tree.root != self._roots.get(executed.height, executed.tree.root):
                raise Violation(f"11: replay differs at height {executed.height}")
            applied += (
                receipt.transaction
                for receipt in executed.receipts
                if isinstance(receipt.outcome, Applied)
            )
        return applied

    def _elected(self, name: str, certificate: LeaderCertificate) -> None:
        if certificate.candidate != name:
            raise Violation(f"1: {name} leads with the certificate of {certificate.candidate}")
        self._leads(certificate)

    def _leads(self, certificate: LeaderCertificate) -> None:
        """1, 7: at most one leader certificate per term, by a sovereign quorum."""
        if certificate in self._certificates:
            return
        first = self._leaders.setdefault(certificate.term, certificate.candidate)
        if first != certificate.candidate:
            raise Violation(f"1: {first} and {certificate.candidate} lead term {certificate.term}")
        voters = [vote.authority for vote in certificate.votes]
        electorate = self._configurations[certificate.last.digest]
        if not _suffices(electorate.sets, voters):
            raise Violation(f"7: {voters} elect {certificate.candidate}")
        if not certificate.is_valid(self._chain, electorate):
            raise Violation(f"7: a leader certificate of term {certificate.term} does not verify")
        self._certificates.add(certificate)

    def _certified(self, certificate: CommitCertificate, final: BlockId) -> None:
        if certificate in self._certificates:
            return
        signers = [ack.authority for ack in certificate.acks]
        certifier = self._certifiers[certificate.block.digest]
        deciding = certifier.sets
        if certificate.block != final and certifier.is_joint:
            # Whoever lacks the certified block cannot tell whether it completes the change; what
            # the incoming set signed makes its parent final either way.
            deciding = certifier.sets[-1:]
        if not _suffices(deciding, signers):
            raise Violation(f"7: {signers} make block {certificate.block.height} final")
        if not certificate.is_signed_by(self._chain, certifier):
            raise Violation(f"7: the certificate of {certificate.block.height} does not verify")
        self._certificates.add(certificate)

    def _linked(self, entry: Entry) -> None:
        """5: logs that agree on a block's hash agree on everything before it."""
        self._entries.setdefault(entry.block.digest, entry)
        if self._parents.setdefault(entry.block.digest, entry.parent) != entry.parent:
            raise Violation(f"5: block {entry.block.height} has two parents")


def _suffices(deciding: Iterable[AuthoritySet], names: list[str]) -> bool:
    """Count for itself, lest a mistake in the quorum rule judge itself."""
    for authorities in deciding:
        present = [member for member in authorities.members if member.name in names]
        sovereign = [m for m in present if m.authority_class is AuthorityClass.SOVEREIGN]
        if len(present) < authorities.quorum or len(sovereign) < authorities.sovereign_min:
            return False
    return len(names) == len(set(names))
