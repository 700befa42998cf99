"""A whole cluster in one thread: time, network, disks, crashes and clients, all from one seed."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from amanat.consensus.messages import Message
from amanat.ledger.authorities import AuthorityClass, AuthoritySet
from amanat.ledger.executed_block import Tip
from amanat.node.patience import Neglect
from tests.ledger import world
from tests.simulation.clients import Clients
from tests.simulation.disk import SimulatedDisk
from tests.simulation.invariants import Invariants, Violation
from tests.simulation.network import Conditions, Forward, SimulatedNetwork
from tests.simulation.node import BLOCK_TRANSACTIONS_MAX, SimulatedNode

TICK_MS = 50
FAULTY_MS = 12_000
"""Simulated time with faults."""
CALM_MS = 30_000
"""After this much simulated time without faults, everything must be final everywhere."""

SIZES = (3, 3, 4, 5, 5, 6, 7)


@dataclass
class Report:
    """What one run did."""

    seed: int
    authorities: int
    steps: int = 0
    simulated_ms: int = 0
    final_height: int = 0
    terms: int = 0
    reads: int = 0
    """Linearizable reads that were answered."""
    faults: Counter[str] = field(default_factory=Counter)


class Cluster:
    """One seeded run."""

    def __init__(self, seed: int, *, trace: Callable[[str], None] | None = None) -> None:
        self._random = random = Random(seed)
        self._trace = trace
        self._now = 0
        self._order = 0
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        authorities = _draw_authorities(random)
        self.names = [member.name for member in authorities.members]
        self._sovereign = [
            m.name for m in authorities.members if m.authority_class is AuthorityClass.SOVEREIGN
        ]
        self.document = world.genesis(authorities, block_transactions_max=BLOCK_TRANSACTIONS_MAX)
        chain_id = self.document.chain_id()
        update, _ = self.document.initial_state(world.NoNodes())
        genesis = Tip(0, chain_id, self.document.created, update.tree)
        self.invariants = Invariants(chain_id, authorities)
        self.network = SimulatedNetwork(random)
        self.report = Report(seed, len(self.names))
        self.nodes = {
            name: SimulatedNode(
                name,
                chain_id,
                authorities,
                disk=SimulatedDisk(chain_id, genesis),
                invariants=self.invariants,
                random=random,
            )
            for name in self.names
        }
        self.censors: set[str] = set()
        """Nodes that leave somebody out when they lead."""
        self._clients = Clients(chain_id, random)
        self._incarnation = dict.fromkeys(self.names, 0)
        self._doomed: set[str] = set()
        self._disk_delay = {name: random.choice([1, 2, 5, 30]) for name in self.names}

    def run(self) -> Report:
        """Run to the end.

        Raises:
            Violation: an invariant does not hold; the message starts with its number.
        """
        for name in self.names:
            self._start(name)
        self._at(self._random.randint(100, 2_000), self._fault)
        self._at(1, self._client)
        self._run_until(FAULTY_MS)
        self._heal()
        self._run_until(FAULTY_MS + CALM_MS, until=self._settled)
        if not self._settled():
            raise Violation(f"14: not settled {CALM_MS} ms after the last fault: {self._state()}")
        node = self.nodes[self._random.choice(self.names)]
        self.invariants.replays(self.document, node.final_entries())
        self.report.simulated_ms = self._now
        self.report.final_height = self.invariants.final_height
        self.report.terms = max(each.status.term for each in self.nodes.values())
        self.report.reads = sum(each.reads_answered for each in self.nodes.values())
        self.report.faults["message lost"] = self.network.lost
        self.report.faults["message duplicated"] = self.network.duplicated
        return self.report

    # --- time -------------------------------------------------------------------------------------

    def _at(self, delay: int, action: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._events, (self._now + delay, self._order, action))

    def _run_until(self, end: int, until: Callable[[], bool] | None = None) -> None:
        while self._events and self._events[0][0] <= end:
            self._now, _, action = heapq.heappop(self._events)
            action()
            self.report.steps += 1
            if until is not None and self.report.steps % 64 == 0 and until():
                return

    def _say(self, line: str) -> None:
        if self._trace is not None:
            self._trace(f"{self._now:6} ms  {line}")

    # --- nodes ------------------------------------------------------------------------------------

    def _start(self, name: str) -> None:
        node = self.nodes[name]
        skew = self._random.randint(-1_000, 1_000)
        pace = self._random.choice([TICK_MS - 2, TICK_MS, TICK_MS + 3])
        node.clock = lambda: world.START + self._now + skew
        node.send = lambda to, message: self._send(name, to, message)
        node.abandons = lambda neglect: self._abandons(name, neglect)
        node.start()
        self._incarnation[name] += 1
        life = self._incarnation[name]
        self._say(f"{name} starts with {node.disk.last.height} blocks")

        def tick() -> None:
            if self._incarnation[name] == life and node.alive:
                self._do(name, node.tick)
                self._at(pace, tick)

        self._at(self._random.randint(1, pace), tick)

    def _crash(self, name: str) -> None:
        self._say(f"{name} crashes with {len(self.nodes[name].writing)} writes under way")
        self.report.faults["crash"] += 1
        self.nodes[name].crash()
        self._incarnation[name] += 1

    def _do(self, name: str, action: Callable[[], None]) -> None:
        """Let a node act, then see to the writes that it has begun."""
        node = self.nodes[name]
        led = node.leads
        writes = len(node.writing)
        action()
        if node.leads and not led:
            self._say(f"{name} leads term {node.status.term}")
        if node.writing and not writes:
            self._write(name)

    def _write(self, name: str) -> None:
        """Finish the oldest write after a while, in two halves, then the next."""
        node, life = self.nodes[name], self._incarnation[name]
        if name in self._doomed:
            self._doomed.discard(name)
            self.report.faults["crash in a write"] += 1
            self._at(
                self._random.randint(0, 2 * self._disk_delay[name]),
                lambda: self._crash_for_a_while(name),
            )

        def first() -> None:
            if self._incarnation[name] == life:
                node.begin_write()
                self._at(self._random.randint(0, self._disk_delay[name]), second)

        def second() -> None:
            if self._incarnation[name] == life:
                node.end_write()
                if node.writing:
                    self._write(name)

        self._at(self._random.randint(0, self._disk_delay[name]), first)

    def _send(self, sender: str, to: str, message: Message | Forward) -> None:
        for delay in self.network.arrivals(sender, to, message):
            self._at(delay, lambda: self._deliver(sender, to, message))

    def _deliver(self, sender: str, to: str, message: Message | Forward) -> None:
        node = self.nodes[to]
        if node.alive:
            self._say(f"{sender} -> {to} {type(message).__name__}")
            self._do(to, lambda: node.receive(sender, message))

    # --- what goes wrong --------------------------------------------------------------------------

    def _fault(self) -> None:
        if self._now >= FAULTY_MS:
            return
        faults = (
            self._crash_one,
            self._crash_in_write,
            self._crash_in_write,
            self._crash_leader,
            self._cut,
            self._bad_network,
            self._slow_disk,
            self._crash_sovereign,
            self._hand_over,
        )
        self._random.choice(faults)()
        self._at(self._random.randint(50, 1_500), self._fault)

    def _crash_one(self) -> None:
        self._crash_for_a_while(self._random.choice(self.names))

    def _crash_in_write(self) -> None:
        """Let some nodes crash while their next write is under way."""
        count = self._random.randint(1, len(self.names))
        self._doomed.update(self._random.sample(self.names, count))

    def _crash_leader(self) -> None:
        for name in self.names:
            if self.nodes[name].leads:
                self._crash_for_a_while(name)

    def _crash_sovereign(self) -> None:
        # Custodians by themselves must come to nothing, however many they are.
        for name in self._sovereign:
            self._crash_for_a_while(name)

    def _cut(self) -> None:
        self.network.partition(self.names)
        self.report.faults["partition"] += 1
        self._say(f"cut: {sorted(self.network.cut)}")
        self._at(self._random.randint(200, 4_000), self.network.cut.clear)

    def _bad_network(self) -> None:
        self.network.conditions = Conditions.random(self._random)
        self.report.faults["bad network"] += 1
        self._say(f"network: {self.network.conditions}")

    def _slow_disk(self) -> None:
        name = self._random.choice(self.names)
        self._disk_delay[name] = self._random.choice([1, 5, 50, 500])
        self.report.faults["slow disk"] += 1

    def _hand_over(self) -> None:
        for name in self.names:
            if self.nodes[name].leads:
                self._say(f"{name} hands over")
                self.report.faults["handover"] += 1
                self._do(name, self.nodes[name].hand_over)

    def _crash_for_a_while(self, name: str) -> None:
        if not self.nodes[name].alive:
            return
        self._crash(name)
        life = self._incarnation[name]

        def restart() -> None:
            if self._incarnation[name] == life:
                self.report.faults["restart"] += 1
                self._start(name)

        self._at(self._random.choice([1, 100, 1_000, 4_000]), restart)

    def _heal(self) -> None:
        self._say("all faults end")
        self._doomed.clear()
        self.network.heal()
        self._disk_delay = dict.fromkeys(self.names, 2)
        for name in self.names:
            if not self.nodes[name].alive:
                self._start(name)

    def _abandons(self, name: str, neglect: Neglect) -> None:
        """14: a leader that leaves nobody out is not deposed once the faults are over."""
        self._say(f"{name} gives up {neglect.leader}: {neglect}")
        self.report.faults["leader given up"] += 1
        if neglect.leader not in self.censors and self._now > FAULTY_MS + neglect.ticks * TICK_MS:
            raise Violation(f"14: {name} gives up {neglect.leader}, which leaves nobody out")

    # --- clients ----------------------------------------------------------------------------------

    def _client(self) -> None:
        """Submit something new or once more, anywhere, to one node or to several."""
        random = self._random
        for _ in range(random.choice([1, 1, 1, 3])):
            envelope = self._clients.next(only_repeat=self._now >= FAULTY_MS)
            for name in random.sample(self.names, random.choice([1, 1, 2])):
                if self.nodes[name].alive:
                    self._submit(name, envelope)
        reader = self.nodes[random.choice(self.names)]
        if reader.alive:
            self._do(reader.name, reader.read)
        self._at(random.randint(10, 300), self._client)

    def _submit(self, name: str, envelope: bytes) -> None:
        node = self.nodes[name]

        def take() -> None:
            node.submit(envelope)
            node.propose()

        self._do(name, take)

    def _settled(self) -> bool:
        """Return whether every node has applied everything that clients ask for (invariant 14)."""
        wanted = self._clients.submitted
        return all(
            node.alive and wanted <= node.disk.applied.ids and not node.writing
            for node in self.nodes.values()
        )

    def _state(self) -> str:
        return "; ".join(
            f"{name} {node.status.role} term {node.status.term} log {node.status.last.height} "
            f"final {node.status.commit_height}"
            for name, node in self.nodes.items()
        )


def _draw_authorities(random: Random) -> AuthoritySet:
    size = random.choice(SIZES)
    names = list(world.AUTHORITIES)[:size]
    quorum = random.choice([size // 2 + 1, size // 2 + 1, size - (size - 1) // 3])
    return world.authority_set(names, quorum, sovereign_min=random.choice([1, 1, 2]))
