"""One simulated authority's process: the real core, driver, ledger and store, from start to end."""

from collections import deque
from collections.abc import Iterator

from amanat.consensus.core import Core, Status
from amanat.consensus.evidence import Evidence
from amanat.consensus.interface import (
    Abandon,
    Fault,
    Final,
    Forget,
    Outgoing,
    Persist,
    Persisted,
    Propose,
    Read,
    ReadIndex,
    Receive,
    TransferLeadership,
)
from amanat.consensus.messages import Message
from amanat.consensus.raft import Identity, Role, Timing
from amanat.consensus.statements import BlockId, LeaderCertificate
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.chain import Chain
from amanat.ledger.configurations import Configuration
from amanat.ledger.executed_block import Tip
from amanat.ledger.readiness import Readiness, Ready
from amanat.ledger.receipts import Applied
from amanat.ledger.rejections import DoorRefusal
from amanat.ledger.tree.state_tree import StateTree
from amanat.node import block_duties
from amanat.node.application import LedgerApplication
from amanat.node.disk_writer import Apply, merge, write
from amanat.node.driver import Driver
from amanat.node.pool import Pool
from amanat.node.recovery import restored
from amanat.node.retention import forget_below
from amanat.node.snapshots import Snapshots
from tests.ledger import world
from tests.simulation.answering import Answering, Shown, Told
from tests.simulation.boundaries import Boundary
from tests.simulation.disk import SimulatedDisk
from tests.simulation.disk_work import DiskWork
from tests.simulation.network import Forward
from tests.simulation.story import block_text, heights_text, log_text, promise_text
from tests.simulation.surroundings import Surroundings
from tests.simulation.waiting import Waiting
from tests.simulation.watched_core import WatchedCore

TIMING = Timing(election=12, heartbeat=2)
IN_FLIGHT_MAX = 4
BLOCK_TRANSACTIONS_MAX = 4
CLOCK_AHEAD_MS = 5_000
PIECE_BYTES = 1_000


class SimulatedNode:
    """A process from its start to its end; it implements `driver.Listener`.

    The cluster decides when each of its writes is done.
    """

    def __init__(self, around: Surroundings, disk: SimulatedDisk) -> None:
        """Start from what the disk holds, as `amanat.node.node.Node` does.

        Raises:
            StoreError, StorageFailed, GuardError, plyvel.Error: it does not start.
        """
        self.name = around.name
        self._around = around
        self._invariants = around.invariants
        self._key = world.key(f"authority {self.name}")
        self.store, self.guard = disk.open(lambda: around.reach(Boundary.START))
        applied = self.store.applied()
        tree = StateTree.open(applied.root, self.store)
        self.chain = Chain(
            around.chain_id,
            final=Tip(applied.height, applied.digest, applied.time, tree),
            executed=self.store,
            verified=VerifiedTransactions(),
        )
        self.pool = Pool()
        self.snapshots = Snapshots(self.store, around.document.authorities, piece_bytes=PIECE_BYTES)
        self._application = LedgerApplication(
            self.chain,
            states=self.snapshots,
            history=self.store.eras,
            latest=lambda: around.clock() + CLOCK_AHEAD_MS,
            observer=self.pool,
        )
        self._log_ids = self._execute_again(applied.height)
        self._invariants.starts(self.name, self._log_ids.get(applied.height), self.chain.final)
        # No two reads of a node are alike, over all its lives.
        self._reads = around.random.getrandbits(40)
        me = Identity(around.chain_id, self.name, self._sign)
        self.driver = Driver(self._core(me), send=self._send, write=self._write, listener=self)
        self._waiting = Waiting(
            me,
            configuration=self._decides,
            chain=self.chain,
            pool=self.pool,
            status=lambda: self.driver.status,
            now=around.clock,
            send=around.send,
        )
        self.writing: deque[Persist | Apply] = deque()
        """Writes that wait for the disk, oldest first."""
        self._answering = Answering(self.chain, self.store, self.pool)
        self._applying = applied.height
        self.is_outdated = False
        """Whether a whole snapshot is on disk, from which it is to start anew."""
        self._opening: LeaderCertificate | None = None

    def _core(self, me: Identity) -> Core:
        core = WatchedCore(
            me,
            disk=self.store,
            application=self._application,
            restored=restored(self.store, self.guard, life=self._reads),
            timing=TIMING,
            jitter=self._jitter(),
        )
        core.watch(self.name, self._invariants, self._application)
        return core

    def _execute_again(self, applied: int) -> dict[int, BlockId]:
        """Execute what the log holds beyond the applied state. Return the ids of the whole log."""
        last = self.store.last().height
        entries = self.store.entries(max(self.store.base, 1), last, 2**63)
        for entry in entries:
            if entry.block.height <= applied:
                continue
            self.chain.extend(
                entry.payload,
                latest=2**63 - 1,
                accept=lambda _: None,
                completes_change=entry.completes_change,
            )
        return {entry.block.height: entry.block for entry in entries}

    # --- what happens to it -----------------------------------------------------------------------

    def tick(self) -> None:
        """Let a tick pass, and propose if there is something to propose."""
        self.driver.tick()
        neglect = self._waiting.tick()
        if neglect is not None:
            self._around.abandons(neglect)
            self.driver.step(Abandon(neglect.term))
        self._waiting.stepped()
        self.propose()

    def receive(self, sender: str, message: Message | Forward) -> None:
        """Take a message from the network."""
        if isinstance(message, Forward):
            self.submit(message.envelope)
        else:
            self._waiting.arrives(message)
            self.driver.step(Receive(sender, message))
            self._waiting.stepped()
        self.propose()

    def submit(self, envelope: bytes, told: Told | None = None) -> None:
        """Take a client's transaction, hand it to the leader, and tell when it is final."""
        try:
            checked = self.chain.open(envelope)
            self.chain.admit(checked, now=self._around.clock())
        except DoorRefusal:
            return
        self._answering.submitted(checked.id, told)
        if self.store.contains(checked.id) or self.chain.find(checked.id) is not None:
            return
        self.pool.add(checked)
        leader = self.status.leader
        if leader is not None and leader != self.name:
            self._around.send(leader, Forward(envelope))

    def read(self, shown: Shown) -> None:
        """Begin a linearizable read."""
        self._reads += 1
        self._answering.reads(self._reads, shown)
        self._invariants.reads(self.name, self._reads)
        self.driver.step(Read(self._reads))

    def hand_over(self, *, for_good: bool = False) -> None:
        """Give up leadership, if this node leads."""
        self.driver.step(TransferLeadership(for_good=for_good))

    def propose(self) -> None:
        """Open a term, or make a block if something waits and few blocks are under way."""
        if self._opening is not None:
            self._open(self._opening)
        status = self.driver.status
        if not self.driver.leads or not block_duties.may_build(status, self.chain, IN_FLIGHT_MAX):
            return
        due = block_duties.completes_change(status, self.chain)
        if due and not self._around.leaves_open():
            self._build(b"", 0, completes_change=True)
        elif self.pool.waiting or block_duties.owes_child(self.chain):
            self._build(b"", self._around.random.randint(2, BLOCK_TRANSACTIONS_MAX))

    # --- what it asks of the disk (as `amanat.node.disk_writer.DiskWriter` does) ------------------

    def write(self) -> Iterator[DiskWork]:
        """Carry out the oldest writes; each yield is for the disk, and lasts until it is done."""
        first = self.writing.popleft()
        if isinstance(first, Apply):
            yield self._applying_work(first)
            self._around.reach(Boundary.APPLIED)
            self._applied(first)
            return
        batch = [first]
        while self.writing and isinstance(self.writing[0], Persist):
            batch.append(self.writing.popleft())  # type: ignore[arg-type]  # seen one line above
        halves = merge(batch).halves
        for half in halves:
            if half is not halves[0]:
                self._around.reach(Boundary.BETWEEN)
            yield self._persisting_work(half)
        self._around.reach(Boundary.PERSISTED)
        self.driver.step(Persisted(batch[-1].sequence))
        self.propose()

    def _persisting_work(self, half: Persist) -> DiskWork:
        promise = half.promise
        return DiskWork(
            Boundary.LOG if promise is None else Boundary.PROMISE,
            lambda: log_text(half) if promise is None else promise_text(promise),
            lambda: write(half, self.store, self.guard),
        )

    def _applying_work(self, job: Apply) -> DiskWork:
        return DiskWork(
            Boundary.APPLY,
            lambda: f"applying {heights_text(job.blocks[0].height, job.blocks[-1].height)}",
            lambda: self.store.apply(job.blocks, job.certificate),
        )

    def _applied(self, job: Apply) -> None:
        self.chain.finalize(job.blocks[-1].height)
        for block in job.blocks:
            self.pool.remove(block.ids)
        self._answering.applied(job.blocks)
        self._forget()
        self.propose()

    def _forget(self) -> None:
        height = forget_below(self.status.base, self.chain.final.height, self._around.keep)
        if height is not None:
            self._around.counts["log cut off behind"] += 1
            self.driver.step(Forget(height))

    # --- the core's effects -----------------------------------------------------------------------

    def _send(self, outgoing: Outgoing) -> None:
        self._around.reach(Boundary.MESSAGE)
        self._around.send(outgoing.to, outgoing.message)

    def _write(self, persist: Persist) -> None:
        self._around.reach(Boundary.WRITE)
        if persist.truncate_above is not None:
            dropped = [height for height in self._log_ids if height > persist.truncate_above]
            self._invariants.truncates(self.name, [self._log_ids.pop(each) for each in dropped])
        self._log_ids.update({entry.block.height: entry.block for entry in persist.entries})
        self.writing.append(persist)

    def certified(self) -> None:
        """Whoever may propose on it is asked after each step."""

    def final(self, final: Final) -> None:
        """Check what is final, and apply it behind the log entries that it came from."""
        self._around.reach(Boundary.FINAL)
        height, certificate = final.block.height, final.certificate
        blocks = self.chain.executed(height)[self._applying - self.chain.final.height :]
        self._applying = height
        if not blocks:
            return
        ids = [(self._log_ids[block.height], block.tree.root) for block in blocks]
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
                if self._around.story.is_told:
                    self._around.story.tell(f"{block_text(block)}; {self.name} is first to know")
        self.writing.append(Apply(blocks, certificate))
        self._waiting.final(blocks)

    def elected(self, certificate: LeaderCertificate) -> None:
        """Open the term as soon as the step is over."""
        voters = ", ".join(vote.authority for vote in certificate.votes)
        self._around.story.tell(f"{self.name} leads term {certificate.term} by votes of {voters}")
        self._invariants.leader_log(self.name, certificate.term, self._log_ids)
        self._opening = certificate

    def leader_changed(self, status: Status) -> None:
        """What waits is handed over when it is submitted again."""

    def readable(self, read: ReadIndex) -> None:
        """A read may go ahead."""
        self._around.reach(Boundary.READ)
        if read.height is not None:
            self._around.story.tell(f"{self.name} answers a read at {read.height}")
            self._invariants.answers_read(self.name, read.number, read.height)
        self._answering.readable(read.number, read.height)

    def faulty(self, fault: Fault) -> None:
        """Tell the story."""
        self._around.story.tell(f"{self.name} takes nothing from {fault.peer}: {fault.reason}")

    def proven(self, evidence: Evidence) -> None:
        """It is for the invariants to say whether there may be any."""

    def installs(self) -> None:
        """The machine starts it anew."""
        self._around.story.tell(f"{self.name} has a whole snapshot, and starts anew from it")
        self._around.counts["snapshot taken in"] += 1
        self.is_outdated = True

    def _open(self, certificate: LeaderCertificate) -> None:
        """Propose the block that opens the term, as long as it is due and not taken."""
        self._opening = None
        if self.leads and self.status.term == certificate.term:
            self._around.reach(Boundary.OPENING)
            if not self._build(certificate.digest(), 0):
                self._opening = certificate

    def _build(
        self, leader_certificate: bytes, most: int, *, completes_change: bool = False
    ) -> bool:
        """Build and propose a block; return whether it was taken."""
        waiting = self.pool.first(self.pool.waiting) if most else []
        built = self.chain.build(
            term=self.status.term,
            proposer=self.name,
            time=self._around.clock(),
            leader_certificate=leader_certificate,
            candidates=[each for each in waiting if not self._around.leaves_out(each)][:most],
            completes_change=completes_change,
        )
        self.pool.remove([transaction.id for transaction, _ in built.refused])
        block = built.block
        if most and not block.ids and not block_duties.owes_child(self.chain):
            return False
        header = block.block.header
        self._application.append(block)
        taken = self.driver.propose(
            Propose(header.height, header.parent, block.digest, block.payload, completes_change)
        )
        if not taken:
            self._application.truncate(header.height - 1)
        return taken

    # --- looking in -------------------------------------------------------------------------------

    @property
    def leads(self) -> bool:
        """Whether it leads."""
        return self.status.role is Role.LEADER

    @property
    def status(self) -> Status:
        """The core's place in the protocol."""
        return self.driver.status

    def _decides(self) -> Configuration:
        """Return who decides as far as is applied."""
        configuration = self.chain.configuration(self.chain.final.height)
        assert configuration is not None
        return configuration

    def ready_word(self) -> Readiness:
        """Return the node's signed word that it has caught up."""
        height = self.chain.final.height
        message = Ready(self._around.chain_id, self.name, height).message()
        return Readiness(self.name, height, self._key.sign(message).signature)

    def _sign(self, message: bytes) -> bytes:
        self._invariants.signed(self.name, message)
        return self._key.sign(message).signature

    def _jitter(self) -> Iterator[int]:
        while True:
            yield self._around.random.randint(0, TIMING.election)
