"""Real cores with real keys, joined by hand: a test delivers, drops, holds back and repeats.

Nothing happens by itself: a disk syncs when the test says so (`Network.settle` says so for all),
and a node that is not ticked never times out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeVar

from amanat.consensus.core import Core, Restored
from amanat.consensus.evidence import Evidence, InvalidBlock
from amanat.consensus.interface import (
    Effects,
    Event,
    Outgoing,
    Persist,
    Persisted,
    Promise,
    Propose,
    ReadIndex,
    Receive,
    Tick,
)
from amanat.consensus.log_entry import Entry
from amanat.consensus.messages import Message
from amanat.consensus.raft import Identity, Role, Timing
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate
from amanat.ledger.authorities import AuthoritySet
from tests.consensus.deciding import COMPLETES
from tests.consensus.register import Disk, Register
from tests.consensus.signing import (
    CHAIN,
    authority_set,
    block_after,
    signer,
)

TIMING = Timing(election=12, heartbeat=2)
M = TypeVar("M")


def says_so(evidence: InvalidBlock) -> bool:
    """Return whether the application refuses the block, wherever it is executed."""
    return evidence.payload.startswith(b"invalid")


class Node:
    """One core with its disk, and a record of all that it asked for."""

    def __init__(self, name: str, authorities: AuthoritySet, disk: Disk) -> None:
        self.name, self.disk = name, disk
        self.authorities = authorities
        self._identity = Identity(CHAIN, name, signer(name))
        self.start()

    def start(self) -> None:
        """Start from what is on the disk."""
        self.disk.install()
        self.installs = False
        self.history: list[Effects] = []
        self.unsynced: list[Persist] = []
        self.outbox: list[Outgoing] = []
        self.faults: list[tuple[str, str]] = []
        self.finals: list[CommitCertificate] = []
        self.elected: list[LeaderCertificate] = []
        self.reads: list[ReadIndex] = []
        self.evidence: list[Evidence] = []
        self.application = Register(self.disk, self.authorities)
        disk, fetching = self.disk, self._go_on_taking()
        self.core = Core(
            self._identity,
            disk=disk,
            application=self.application,
            restored=Restored(disk.promise, disk.last, disk.commit, fetching=fetching),
            timing=TIMING,
            jitter=repeat(TIMING.election),
        )

    def _go_on_taking(self) -> BlockId | None:
        staged = self.disk.staged
        if staged is None:
            return None
        self.application.begin(staged.entry)
        for number in sorted(self.disk.pieces):
            self.application.take(self.disk.pieces[number])
        return staged.block

    def step(self, event: Event) -> Effects:
        effects = self.core.step(event)
        self.installs = self.installs or effects.installs
        self.history.append(effects)
        self.outbox += effects.messages
        if effects.persist is not None:
            self.unsynced.append(effects.persist)
        if effects.final is not None:
            self.finals.append(effects.final.certificate)
        if effects.elected is not None:
            self.elected.append(effects.elected)
        self.reads += effects.reads
        self.evidence += effects.evidence
        self.faults += [(fault.peer, fault.reason) for fault in effects.faults]
        return effects

    def receive(self, sender: str, message: Message) -> list[Message]:
        """Take a message; return what leaves the node before its disk has synced anything."""
        self.step(Receive(sender, message))
        return self.sent()

    def write(self) -> None:
        """Let the disk finish what it was given."""
        while self.unsynced:
            self.write_next()
        self.apply()

    def write_next(self) -> None:
        """Let the disk finish the first of the writes that it was given."""
        persist = self.unsynced.pop(0)
        self.disk.write(persist)
        self.step(Persisted(persist.sequence))

    def apply(self) -> None:
        """Let the disk note what is final."""
        if self.finals:
            self.disk.commit, self.disk.older = self.finals[-1], self.finals[:-1]

    def sync(self) -> list[Message]:
        """Let the disk finish what it was given; return what leaves the node thereupon."""
        self.write()
        return self.sent()

    def answers(self, sender: str, message: Message) -> list[Message]:
        """Take a message, sync, and return all that leaves the node."""
        return self.receive(sender, message) + self.sync()

    def tick(self, ticks: int = 1) -> list[Message]:
        """Let time pass; return what leaves the node before its disk has synced anything."""
        self.pass_time(ticks)
        return self.sent()

    def pass_time(self, ticks: int = 1) -> None:
        """Let time pass."""
        for _ in range(ticks):
            self.step(Tick())

    def asked(self) -> list[Outgoing]:
        """Return what left since this was last asked, with whom it is for."""
        letters = list(self.outbox)
        self.outbox.clear()
        return letters

    def sent(self) -> list[Message]:
        """Return the messages that left since this was last asked."""
        messages = [outgoing.message for outgoing in self.outbox]
        self.outbox.clear()
        return messages

    @property
    def role(self) -> Role:
        return self.core.status.role

    @property
    def term(self) -> int:
        return self.core.status.term

    @property
    def leader(self) -> str | None:
        return self.core.status.leader

    @property
    def last(self) -> BlockId:
        return self.core.status.last

    @property
    def commit_height(self) -> int:
        return self.core.status.commit_height


@dataclass(frozen=True)
class Letter:
    """A message under way."""

    sender: str
    to: str
    message: Message


class Network:
    """The nodes and the messages between them."""

    def __init__(
        self,
        authorities: AuthoritySet | None = None,
        disks: dict[str, Disk] | None = None,
        newcomers: Sequence[str] = (),
    ) -> None:
        self.authorities = authorities or authority_set()
        names = [member.name for member in self.authorities.members] + list(newcomers)
        self.nodes = {
            name: Node(name, self.authorities, (disks or {}).get(name, Disk())) for name in names
        }
        self.under_way: list[Letter] = []
        self.delivered: list[Letter] = []
        self.lost: list[Letter] = []
        self.cut: set[str] = set()
        """Nodes that no message reaches or leaves."""

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    # --- one event ---

    def collect(self, name: str) -> None:
        """Put what `name` sent on the wires."""
        outbox = self[name].outbox
        self.under_way += [Letter(name, outgoing.to, outgoing.message) for outgoing in outbox]
        outbox.clear()

    def step(self, name: str, event: Event) -> None:
        self[name].step(event)
        self.collect(name)

    def propose(self, name: str, payload: bytes = b"a block") -> BlockId:
        last = self[name].last
        block = block_after(last, self[name].term, payload)
        self[name].application.append(block, payload)
        completes = payload.startswith(COMPLETES)
        self.step(name, Propose(block.height, last.digest, block.digest, payload, completes))
        return block

    def sync(self, name: str) -> None:
        """Let the disk of `name` finish what it was given."""
        self[name].write()
        self.collect(name)

    def tick(self, name: str, ticks: int = 1) -> None:
        for _ in range(ticks):
            self.step(name, Tick())

    def crash(self, name: str) -> None:
        """End the node, losing what its disk had not synced, and start it again."""
        self[name].start()

    # --- the wires ---

    def take(
        self, kind: type[M], *, sender: str | None = None, to: str | None = None
    ) -> list[tuple[Letter, M]]:
        """Take messages of one kind off the wires: the test delivers them itself, or never."""
        taken: list[tuple[Letter, M]] = []
        for letter in list(self.under_way):
            if (
                isinstance(letter.message, kind)
                and sender in (None, letter.sender)
                and to in (None, letter.to)
            ):
                self.under_way.remove(letter)
                taken.append((letter, letter.message))
        return taken

    def deliver(self, letter: Letter) -> None:
        if self.cut & {letter.sender, letter.to}:
            self.lost.append(letter)
            return
        self.delivered.append(letter)
        self.step(letter.to, Receive(letter.sender, letter.message))

    def settle(self, wanted: Callable[[Letter], bool] = lambda _: True) -> None:
        """Sync every disk and deliver every message, until nothing is under way.

        Messages that are not `wanted` are lost.
        """
        for _ in range(10_000):
            for name in self.nodes:
                self.sync(name)
            if not self.under_way:
                return
            letter = self.under_way.pop(0)
            if wanted(letter):
                self.deliver(letter)
        raise AssertionError("the network does not come to rest")

    # --- elections ---

    def stand(self, name: str) -> None:
        """Let everybody miss the leader, and `name` be the first to ask for pre-votes."""
        for other, node in self.nodes.items():
            if other != name and other not in self.cut:
                self.tick(other, TIMING.election)
                if node.role is Role.LEADER:  # it had been heard in the first of the two periods
                    self.tick(other, TIMING.election)
        if self[name].role is Role.LEADER:
            self.tick(name, 2 * TIMING.election)
            assert self[name].role is not Role.LEADER, f"{name} does not miss its quorum"
        self.under_way.clear()
        for _ in range(4 * TIMING.election):
            self.tick(name)
            if self[name].role is not Role.FOLLOWER and (self[name].unsynced or self.under_way):
                return

    def elect(self, name: str, opening: bytes | None = b"opening") -> None:
        """Make `name` the leader, and let it open its term unless `opening` is None."""
        self.stand(name)
        self.settle()
        if self[name].role is not Role.LEADER:  # it has learnt of a later term by asking
            self.stand(name)
            self.settle()
        assert self[name].role is Role.LEADER, f"{name} was not elected"
        if opening is not None:
            self.propose(name, opening)
            self.settle()

    def heartbeat(self, leader: str) -> None:
        """Let the leader send heartbeats, and all answers arrive."""
        self.tick(leader, TIMING.heartbeat)
        self.settle()


def follower(
    log: Sequence[Entry] = (), promise: Promise | None = None, *, name: str = "cdc"
) -> Node:
    """One of the usual five nodes, alone with the test."""
    return Node(name, authority_set(), Disk(log, promise))


def leading(name: str = "mof") -> Network:
    """A network led by `name`, whose opening block is final everywhere."""
    network = Network()
    network.elect(name)
    assert {it.commit_height for it in network.nodes.values()} == {1}
    return network
