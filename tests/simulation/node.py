"""One simulated authority: the real core and the real ledger, driven as the node's driver does."""

from collections import deque
from collections.abc import Callable, Iterator
from random import Random

from amanat.consensus.core import Core, Restored, Status
from amanat.consensus.interface import (
    Abandon,
    Effects,
    Event,
    NotLeader,
    Persist,
    Persisted,
    Propose,
    Read,
    Receive,
    Tick,
    TransferLeadership,
)
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Message
from amanat.consensus.raft import Identity, Role, Timing
from amanat.consensus.statements import CommitCertificate
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.chain import Chain
from amanat.ledger.identifiers import Digest
from amanat.ledger.receipts import Applied
from amanat.ledger.rejections import DoorRefusal
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.application import LedgerApplication
from amanat.node.disk_writer import Apply
from amanat.node.patience import Neglect
from amanat.node.pool import Pool
from amanat.node.sign_guard import check_promise
from tests.ledger import world
from tests.simulation.disk import SimulatedDisk
from tests.simulation.invariants import Invariants
from tests.simulation.network import Forward
from tests.simulation.waiting import Waiting

TIMING = Timing(election=12, heartbeat=2)
IN_FLIGHT_MAX = 4
CLOCK_AHEAD_MS = 5_000
BLOCK_TRANSACTIONS_MAX = 4


class SimulatedNode:
    """A node that can be crashed and started again; `disk` is what survives."""

    def __init__(
        self,
        name: str,
        chain_id: Digest,
        authorities: AuthoritySet,
        *,
        disk: SimulatedDisk,
        invariants: Invariants,
        random: Random,
    ) -> None:
        self.name = name
        self.disk = disk
        self.alive = False
        self.send: Callable[[str, Message | Forward], None] = lambda _to, _message: None
        self.writing: deque[Persist | Apply] = deque()
        """Writes under way, oldest first; the cluster decides when each is done."""
        self.clock: Callable[[], int] = lambda: 0
        self.leaves_out: Callable[[CheckedTransaction], bool] = lambda _: False
        """What it puts into no block of its own, though it should."""
        self.abandons: Callable[[Neglect], None] = lambda _: None
        """Told when it gives up its leader."""
        self.reads_answered = 0
        self._reads = 0
        self._chain_id = chain_id
        self._authorities = authorities
        self._invariants = invariants
        self._random = random
        self._key = world.key(f"authority {name}")

    # --- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start from what the disk holds."""
        applied = self.disk.applied
        self.chain = Chain(
            self._chain_id,
            final=applied.tip,
            executed=self.disk,
            verified=VerifiedTransactions(),
        )
        self.pool = Pool()
        application = LedgerApplication(
            self.chain, latest=lambda: self.clock() + CLOCK_AHEAD_MS, observer=self.pool
        )
        self._application = application
        for entry in self.disk.log[applied.tip.height :]:
            self.chain.extend(entry.payload, latest=2**63 - 1, accept=lambda _: None)
        identity = Identity(self._chain_id, self.name, self._authorities, self._sign)
        self._core = Core(
            identity,
            disk=self.disk,
            application=application,
            restored=Restored(self.disk.promise, self.disk.last, applied.certificate),
            timing=TIMING,
            jitter=self._jitter(),
        )
        self._waiting = Waiting(
            identity,
            chain=self.chain,
            pool=self.pool,
            status=lambda: self._core.status,
            now=self.clock,
            send=self.send,
        )
        self.writing.clear()
        self._log_ids = [entry.block for entry in self.disk.log]
        self._applying = applied.tip.height
        self._half_written = False
        self.alive = True

    def crash(self) -> None:
        """Lose everything but what is on disk."""
        self.alive = False
        self.disk.crash(self._random, list(self.writing), half_written=self._half_written)
        self.writing.clear()

    # --- what happens to it -----------------------------------------------------------------------

    def tick(self) -> None:
        """Let a tick pass, and propose if there is something to propose."""
        self._step(Tick())
        neglect = self._waiting.tick()
        if neglect is not None:
            self.abandons(neglect)
            self._step(Abandon(neglect.term))
        self.propose()

    def receive(self, sender: str, message: Message | Forward) -> None:
        """Take a message from the network."""
        if isinstance(message, Forward):
            self.submit(message.envelope)
        else:
            self._waiting.arrives(message)
            self._step(Receive(sender, message))
        self.propose()

    def begin_write(self) -> None:
        """The first half of the oldest write is on disk: a log entry before its promise."""
        job = self.writing[0]
        if isinstance(job, Persist):
            self.disk.write_log(job)
        self._half_written = True

    def end_write(self) -> None:
        """All of the oldest write is on disk."""
        job = self.writing.popleft()
        self._half_written = False
        if isinstance(job, Apply):
            self.disk.apply(job.blocks, job.certificate)
            self.chain.finalize(job.blocks[-1].height)
            for block in job.blocks:
                self.pool.remove(block.ids)
        else:
            if job.promise is not None:
                check_promise(self.disk.promise, job.promise)
            self.disk.write_promise(job)
            self._step(Persisted(job.sequence))
        self.propose()

    def submit(self, envelope: bytes) -> None:
        """Take a client's transaction, and hand it to the leader."""
        try:
            checked = self.chain.open(envelope)
            self.chain.admit(checked, now=self.clock())
        except DoorRefusal:
            return
        if self.disk.contains(checked.id) or self.chain.find(checked.id) is not None:
            return
        self.pool.add(checked)
        leader = self._core.status.leader
        if leader is not None and leader != self.name:
            self.send(leader, Forward(envelope))

    def read(self) -> None:
        """Begin a linearizable read."""
        self._reads += 1
        self._invariants.reads(self.name, self._reads)
        self._step(Read(self._reads))

    def hand_over(self) -> None:
        """Give up leadership, if this node leads."""
        self._step(TransferLeadership())

    def propose(self) -> None:
        """Make a block if this node leads, something waits and few blocks are under way."""
        status = self._core.status
        in_flight = status.last.height - status.commit_height
        if status.role is not Role.LEADER or status.last.term != status.term:
            return
        if self.pool.waiting and in_flight < IN_FLIGHT_MAX:
            self._build(b"", self._random.randint(2, BLOCK_TRANSACTIONS_MAX))

    # --- the driver -------------------------------------------------------------------------------

    def _step(self, event: Event) -> None:
        self._carry_out(self._core.step(event))
        self._waiting.stepped()

    def _carry_out(self, effects: Effects) -> None:
        self._invariants.stepped(self.name, effects)
        if effects.persist is not None:
            self._log(effects.persist)
            self.writing.append(effects.persist)
        for outgoing in effects.messages:
            self.send(outgoing.to, outgoing.message)
        if effects.final is not None:
            self._finalize(effects.final)
        for read in effects.reads:
            if read.height is not None:
                self._invariants.answers_read(self.name, read.number, read.height)
                self.reads_answered += 1
        if effects.elected is not None:
            self._invariants.leader_log(self.name, self._log_ids)
            self._build(effects.elected.digest(), 0)

    def _log(self, persist: Persist) -> None:
        """Follow what the core does to its log."""
        if persist.truncate_above is not None:
            self._invariants.truncates(self.name, self._log_ids[persist.truncate_above :])
            del self._log_ids[persist.truncate_above :]
        self._log_ids += [entry.block for entry in persist.entries]

    def _build(self, leader_certificate: bytes, most: int) -> None:
        waiting = self.pool.first(self.pool.waiting)
        built = self.chain.build(
            term=self._core.status.term,
            proposer=self.name,
            time=self.clock(),
            leader_certificate=leader_certificate,
            candidates=[each for each in waiting if not self.leaves_out(each)][:most],
        )
        self.pool.remove([transaction.id for transaction, _ in built.refused])
        block = built.block
        if most and not block.ids:
            return
        header = block.block.header
        proposal = Propose(header.height, header.parent, block.digest, block.payload)
        try:
            effects = self._core.step(proposal)
        except NotLeader:
            return
        self._application.append(block)
        self._carry_out(effects)

    def _finalize(self, certificate: CommitCertificate) -> None:
        height = certificate.block.height
        blocks = self.chain.executed(height)[self._applying - self.chain.final.height :]
        self._applying = height
        if not blocks:
            return
        ids = [(self._log_ids[block.height - 1], block.tree.root) for block in blocks]
        known = self._invariants.final_height
        self._invariants.finalizes(self.name, certificate, ids)
        for block in blocks:
            self._invariants.executes(block.height, block.ids)
            for receipt in block.receipts:
                outcome = receipt.outcome
                said = "applied" if isinstance(outcome, Applied) else outcome.code
                self._invariants.answers(receipt.transaction, block.height, said)
            if block.height > known:
                self._invariants.conserves(block.height, block.tree)
        self._waiting.final(blocks)
        self.writing.append(Apply(blocks, certificate))

    # --- looking in -------------------------------------------------------------------------------

    @property
    def leads(self) -> bool:
        """Whether it leads."""
        return self.alive and self._core.status.role is Role.LEADER

    @property
    def status(self) -> Status:
        """The core's place in the protocol."""
        return self._core.status

    def final_entries(self) -> list[Entry]:
        """Return the log up to the applied height."""
        return self.disk.log[: self.disk.applied.tip.height]

    def _sign(self, message: bytes) -> bytes:
        self._invariants.signed(self.name, message)
        return self._key.sign(message).signature

    def _jitter(self) -> Iterator[int]:
        while True:
            yield self._random.randint(0, TIMING.election)
