"""Three authorities in one process. What one builds, the others execute from the same bytes."""

from collections.abc import Sequence

from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.chain import Chain
from amanat.ledger.configurations import Configuration
from amanat.ledger.dates import DAY_MS, date_of
from amanat.ledger.dry_run import DryRun
from amanat.ledger.executed_block import Tip
from amanat.ledger.identifiers import Digest, LedgerTime
from amanat.ledger.invariants import violations
from amanat.ledger.operations import AnyOperation
from amanat.ledger.receipts import Receipt
from amanat.ledger.state import State
from amanat.ledger.transactions import Body, sign
from amanat.ledger.tree.state_tree import MissingNode
from docs.examples.day_in_the_life.cast import AUTHORITIES, genesis, public_key, signer


class Network:
    """The authorities' chains. In place of consensus they take turns in one process."""

    def __init__(self) -> None:
        document = genesis()
        if document.problems():
            raise ValueError(f"no network can start so: {document.problems()}")
        self.identity = document.chain_id()
        self.time: LedgerTime = document.created
        """What the clocks of all authorities show. The story sets it."""
        self.chains = {name: _empty_chain() for name in AUTHORITIES}
        self.leader = next(iter(AUTHORITIES))
        self.refused = 0
        """How many transactions a rule refused. Those are in blocks too."""
        self._signed = 0

    @property
    def tip(self) -> Tip:
        """The last block."""
        return self.chains[self.leader].tip

    @property
    def state(self) -> State:
        """The state after the last block."""
        return State(self.tip.tree.get)

    def signed(self, signers: Sequence[str], *operations: AnyOperation) -> bytes:
        """Return a transaction that these participants sign, valid for a day."""
        self._signed += 1
        keys = {public_key(name): signer(name) for name in signers}
        nonce = self._signed.to_bytes(8, "big")
        until = self.time + DAY_MS
        return sign(Body(self.identity, until, nonce, tuple(sorted(keys)), operations), keys)

    def rehearse(self, transaction: bytes) -> DryRun:
        """Ask an authority what would become of a transaction."""
        return self.chains[self.leader].rehearse(transaction, now=self.time)

    def submit(self, transaction: bytes) -> Receipt:
        """Let the leader make a block of it, and every other authority execute that block.

        Raises:
            DoorRefusal: it may not be in a block.
            BlockFault: an authority came to other roots than the leader.
        """
        leader = self.chains[self.leader]
        candidate = leader.open(transaction)
        leader.admit(candidate, now=self.time)
        built = leader.build(
            term=1,
            proposer=self.leader,
            time=self.time,
            leader_certificate=b"",
            candidates=[candidate],
        ).block
        for name, chain in self.chains.items():
            if name == self.leader:
                chain.append(built)
            else:
                chain.extend(built.payload, latest=self.time + DAY_MS, accept=_nothing_against)
        return built.receipts[0]

    def roots(self) -> dict[str, Digest]:
        """Return the state root that each authority reached."""
        return {name: chain.tip.tree.root for name, chain in self.chains.items()}

    def faults(self) -> list[str]:
        """Recount everything, in code of its own; return what does not hold."""
        return violations(self.tip.tree.items(), date_of(self.tip.time))


def _nothing_against(header: BlockHeader) -> None:
    """Stand in for consensus, which looks at the header first."""
    del header


def _empty_chain() -> Chain:
    document = genesis()
    update, _ = document.initial_state(_Nothing())
    identity = document.chain_id()
    first = Tip(0, identity, document.created, update.tree)
    return Chain(identity, final=first, executed=_Nothing(), verified=VerifiedTransactions())


class _Nothing:
    """Stands in for the disk: nothing is stored, and everything stays in memory."""

    def load(self, key: bytes) -> bytes:
        raise MissingNode(key.hex())

    def contains(self, transaction: Digest) -> bool:
        del transaction
        return False

    def configuration(self, height: int) -> Configuration | None:
        del height
        return None

    def certifier(self, height: int) -> Configuration | None:
        del height
        return None
