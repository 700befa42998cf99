"""One authority's node, put together: ledger, consensus, disk, peers and the door.

The way of a transaction: `submissions` (door, pool) → `forwarder` or `proposer` → `driver` (core) →
`peer_transport` and `disk_writer` → final → `disk_writer` (apply) → `submissions` (answer).
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

import structlog

from amanat.client.signers import Signs
from amanat.config.settings import NodeSettings
from amanat.consensus import interface
from amanat.consensus.core import Core, Status
from amanat.consensus.evidence import Evidence
from amanat.consensus.interface import (
    Abandon,
    Fault,
    Forget,
    Outgoing,
    Persist,
    Persisted,
    ReadIndex,
    Receive,
    TransferLeadership,
)
from amanat.consensus.messages import Append
from amanat.consensus.raft import Identity, Role
from amanat.consensus.statements import CommitCertificate, LeaderCertificate
from amanat.ledger.authorities import Authority
from amanat.ledger.configurations import Configuration
from amanat.ledger.identifiers import LedgerTime
from amanat.ledger.readiness import Readiness, Ready
from amanat.ledger.transactions import CheckedTransaction
from amanat.node import clock, recovery
from amanat.node.application import LedgerApplication
from amanat.node.certificates import Certificates
from amanat.node.data_directory import DataDirectory
from amanat.node.disk_writer import Apply, DiskWriter, Keep
from amanat.node.driver import Driver
from amanat.node.election_log import ElectionLog
from amanat.node.first_failure import FirstFailure
from amanat.node.forgotten_past import OwnPast
from amanat.node.forwarder import Forwarder
from amanat.node.known_evidence import KnownEvidence
from amanat.node.linearizable import ReadIndexes
from amanat.node.monitoring.measurements import Measurements
from amanat.node.monitoring.protocol import CountingListener
from amanat.node.patience import Neglect, Patience
from amanat.node.peer_frames import Consensus, Forward, Hello
from amanat.node.peer_transport import PeerTransport
from amanat.node.pool import Pool
from amanat.node.proposer import Proposer
from amanat.node.retention import forget_below
from amanat.node.side_signatures import SideSignatures
from amanat.node.snapshots import Snapshots
from amanat.node.submission_receipts import SubmissionReceipts
from amanat.node.submissions import Submissions
from amanat.node.tls import NodeCertificate
from amanat.node.verifying_ahead import verify_ahead
from amanat.node.version import VERSION

log = structlog.get_logger(__name__)


class Node:
    """The parts of a node and how they are connected. `run` makes it live."""

    def __init__(
        self,
        settings: NodeSettings,
        directory: DataDirectory,
        signer: Signs,
        *,
        now: Callable[[], LedgerTime] = clock.now,
    ) -> None:
        """Recover from disk. `now` is the clock that ledger time is taken from.

        Raises:
            RecoveryFailed: the log does not re-execute on the applied state.
        """
        self.settings = settings
        self.now = now
        self.document = directory.document
        self.name = directory.name
        self.chain_id = self.document.chain_id()
        self.store = directory.store
        self.evidence = KnownEvidence(self.store.evidence())
        self.side_signatures = SideSignatures(signer)
        self.pool = Pool()
        self.chain = recovery.open_chain(directory)
        self._applying = self.chain.final.height
        """The greatest height whose blocks were handed to the disk to be applied."""
        self._clock_ahead_ms = recovery.clock_ahead_max(self.chain)
        keeps_all = settings.keep_blocks is None
        self.snapshots = Snapshots(self.store, self.document.authorities, keeps_all=keeps_all)
        self.application = self._executing()
        self._failure = FirstFailure()
        me = Identity(self.chain_id, self.name, self._failure.unless_signed(signer.sign))
        self._past = OwnPast(me, signer.public_key, directory.guard)
        core = recovery.recover(me, directory, self.chain, self.application)
        self.measurements = seen = Measurements()
        self.driver = self._driving(core)
        self._disk = DiskWriter(
            self.store, directory.guard, seen, persisted=self._persisted, applied=self._applied
        )
        self.certificate = NodeCertificate(directory.tls, self.name, signer)
        self.certificate.renew(datetime.now(UTC))
        self.certificates = Certificates(settings, self.certificate)
        self.transport = self._links()
        self._proposer = self._proposing()
        self._forwarder = self._forwarding()
        self._patience = self._watch()
        self.neglect: Neglect | None = None
        """For what this node last gave up a leader, if ever."""
        self.submissions = Submissions(
            self.chain, self.store, self.pool, admitted=self._admitted, now=now, observer=seen
        )
        self._reads = ReadIndexes(self.driver.step, first=secrets.randbits(62))
        self.submission_receipts = self._receipts(me)
        self._progress = asyncio.Event()
        self._leadership = asyncio.Event()
        self.outdated = asyncio.Event()
        """Set once a whole snapshot is on disk: this node is to end, and to start anew from it."""
        self.is_draining = False
        """Whether this node is about to be stopped, and leads no more."""
        self.seen_height = self.chain.final.height
        """The greatest height that this node knows to be final, applied here or not."""

    def _executing(self) -> LedgerApplication:
        return LedgerApplication(
            self.chain,
            states=self.snapshots,
            history=self.store.eras,
            latest=self._latest_time,
            observer=self.pool,
        )

    def _receipts(self, me: Identity) -> SubmissionReceipts:
        return SubmissionReceipts(
            me, signatures=self.side_signatures, chain=self.chain, now=self.now
        )

    def _driving(self, core: Core) -> Driver:
        listener = CountingListener(self, self.measurements)
        noted = ElectionLog().noted
        return Driver(core, send=self._send, write=self._write, listener=listener, noted=noted)

    def _links(self) -> PeerTransport:
        peer = self.settings.peer
        address = peer.address or peer.listen
        return PeerTransport(
            Hello(self.chain_id, self.name, self.settings.api.url, address, VERSION),
            self._everybody(),
            certificate=self.certificate,
            addresses=self.settings.peers,
            received=self._received,
        )

    def _proposing(self) -> Proposer:
        return Proposer(
            self.name,
            chain=self.chain,
            application=self.application,
            driver=self.driver,
            pool=self.pool,
            now=self.now,
        )

    def _forwarding(self) -> Forwarder:
        return Forwarder(
            self.name,
            status=lambda: self.status,
            peers=lambda: [peer.name for peer in self.transport.status()],
            pool=self.pool,
            send=self.transport.send,
        )

    def _watch(self) -> Patience:
        return Patience(
            self.name,
            chain=self.chain,
            pool=self.pool,
            now=self.now,
            is_behind=lambda: self.seen_height > self.status.last.height,
        )

    async def reach(self, height: int, *, seconds: float) -> bool:
        """Wait until `height` is applied here, at most `seconds`. Return whether it is."""
        try:
            async with asyncio.timeout(seconds):
                while self.chain.final.height < height:
                    await self._progress.wait()
        except TimeoutError:
            return False
        return True

    async def catch_up(self, *, seconds: float) -> bool:
        """Wait until all that is final now, anywhere, is applied here: a linearizable read.

        Return False if no leader could confirm within `seconds` what that is.
        """
        deadline = clock.monotonic() + seconds
        height = await self._reads.height(seconds)
        return height is not None and await self.reach(
            height, seconds=max(deadline - clock.monotonic(), 0)
        )

    def drain(self) -> None:
        """Let another authority lead, and lead no more: this node is about to be stopped."""
        self.is_draining = True
        log.info("node.draining")
        self.driver.step(TransferLeadership(for_good=True))

    async def hand_over(self, *, seconds: float) -> None:
        """Let another authority lead, if this one does; give up after `seconds`."""
        if not any(peer.connected for peer in self.transport.status()):
            return
        self.driver.step(TransferLeadership())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.status.role is Role.LEADER:
                    await self._leadership.wait()

    async def run(self) -> None:
        """Tick and write until cancelled.

        Raises:
            Exception: a write failed, or a part broke; the process must end.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._disk.run())
            tasks.create_task(self._proposer.run())
            tasks.create_task(self._tick())
            tasks.create_task(self._failure.raised())

    @property
    def configuration(self) -> Configuration:
        """Who decides, as far as is final and applied here."""
        configuration = self.chain.configuration(self.chain.final.height)
        if configuration is None:
            raise AssertionError("the final configuration is always known")
        return configuration

    async def ready_word(self) -> Readiness:
        """Return this node's signed word that it has executed and holds all that is final here."""
        height = self.chain.final.height
        statement = Ready(self.chain_id, self.name, height)
        signature = await self.side_signatures.sign(statement.message())
        return Readiness(self.name, height, signature)

    def _everybody(self) -> list[Authority]:
        """Return all who take part, or will if what is under way becomes final."""
        tip = self.chain.configuration(self.chain.tip.height) or self.configuration
        everybody = (*tip.everybody(), *self.configuration.everybody())
        return list({each.name: each for each in everybody}.values())

    def fail(self, error: Exception) -> None:
        """End `run` with `error`: what is on disk, or in memory, can no longer be relied on."""
        self._failure.note(error)

    @property
    def status(self) -> Status:
        """The node's place in the protocol."""
        return self.driver.status

    # --- the core's effects (implements driver.Listener) ------------------------------------------

    def elected(self, certificate: LeaderCertificate) -> None:
        """Open the term."""
        self._proposer.open_term(certificate)

    def certified(self) -> None:
        """There may be something to propose on what is certified."""
        self._proposer.wake()

    def final(self, final: interface.Final) -> None:
        """Apply what is final, behind the log entries that it came from."""
        height = final.block.height
        blocks = self.chain.executed(height)[self._applying - self.chain.final.height :]
        self._applying = height
        self.seen_height = max(self.seen_height, height)
        if blocks:
            self._disk.put(Apply(blocks, final.certificate))
            self._patience.final(blocks)
        self._proposer.wake()

    def leader_changed(self, status: Status) -> None:
        """Tell the operator, and hand what waits to the new leader."""
        log.info("leader.changed", leader=status.leader, term=status.term, role=status.role)
        self._leadership.set()
        self._leadership = asyncio.Event()
        self._forwarder.leader_changed()

    def faulty(self, fault: Fault) -> None:
        """Tell the operator."""
        log.warning("consensus.fault", peer=fault.peer, reason=fault.reason)

    def proven(self, evidence: Evidence) -> None:
        """Keep the evidence and raise the alarm."""
        if self.evidence.add(evidence):
            self._disk.put(Keep(evidence))

    def installs(self) -> None:
        """End; `run_node` starts the node anew."""
        log.info("snapshot.whole", height=self.status.fetching)
        self.outdated.set()

    def readable(self, read: ReadIndex) -> None:
        """Let a read go ahead."""
        self._reads.found(read)

    def _send(self, outgoing: Outgoing) -> None:
        self.transport.send(outgoing.to, Consensus(outgoing.message))

    def _write(self, persist: Persist) -> None:
        self._disk.put(persist)

    def _persisted(self, sequence: int) -> None:
        self.driver.step(Persisted(sequence))

    def _applied(self, job: Apply) -> None:
        self.chain.finalize(job.blocks[-1].height)
        self.submissions.applied(job.blocks, self.chain.final.time)
        self.transport.admit(self._everybody())
        self._progress.set()
        self._progress = asyncio.Event()
        self._proposer.wake()
        self._forget()

    def _forget(self) -> None:
        """Let log entries go that this node is not told to keep."""
        keep, base = self.settings.keep_blocks, self.status.base
        height = forget_below(base, self.chain.final.height, keep)
        if height is not None:
            self.driver.step(Forget(height))

    # --- what comes in ----------------------------------------------------------------------------

    async def _received(self, sender: str, frame: Consensus | Forward) -> None:
        try:
            await self._take(sender, frame)
        except Exception as error:
            # No peer can bring this about: whatever peers may send is refused where it is checked.
            self.fail(error)
            raise

    async def _take(self, sender: str, frame: Consensus | Forward) -> None:
        if isinstance(frame, Forward):
            await self.submissions.take_forwarded(frame.transactions)
            return
        message = frame.message
        self._past.check(message)
        if isinstance(message, Append) and message.certificate is not None:
            self._look_ahead(message.certificate)
        if isinstance(message, Append) and sender == self.status.leader:
            await verify_ahead(self.chain, message)
        self.driver.step(Receive(sender, message))
        self._patience.followed(self.status)

    def _look_ahead(self, certificate: CommitCertificate) -> None:
        """Note that a block is final of which this node has not even heard."""
        final = certificate.final(self.document.authorities.rule)
        if final is None or final.height <= max(self.seen_height, self.status.last.height):
            return
        if certificate.is_proof(self.chain_id, self.configuration):
            self.seen_height = final.height

    def _admitted(self, transaction: CheckedTransaction) -> None:
        if self.status.role is Role.LEADER:
            self._proposer.wake()
        else:
            self._forwarder.add(transaction.envelope)

    async def _tick(self) -> None:
        while True:
            # One tick a turn, however late: a process that was paused must not conclude from its
            # own absence that the leader is gone.
            await asyncio.sleep(clock.TICK_SECONDS)
            self.driver.tick()
            self._forwarder.tick()
            self._judge(self._patience.tick(self.status))
            self._reads.tick()
            self._proposer.wake()
            self.certificates.tick(datetime.now(UTC))

    def _judge(self, neglect: Neglect | None) -> None:
        """Give up the leader if it has left out for too long what it owes."""
        if neglect is not None:
            self.neglect = neglect
            log.critical("leader.abandoned", **asdict(neglect))
            self.driver.step(Abandon(neglect.term))

    def _latest_time(self) -> LedgerTime:
        return self.now() + self._clock_ahead_ms
