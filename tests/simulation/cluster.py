"""A whole cluster in one thread: machines, a network, clients and faults, as a plan has them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from amanat.consensus.messages import Message
from amanat.ledger.transactions import CheckedTransaction
from amanat.node.patience import Neglect
from tests.ledger import world
from tests.simulation.answering import Told
from tests.simulation.beliefs import Beliefs
from tests.simulation.boundaries import Boundary
from tests.simulation.changes import draw_change
from tests.simulation.client_history import ClientHistory
from tests.simulation.clients import Act, Reading, Submission, Transactions
from tests.simulation.clock import SimulatedClock
from tests.simulation.disk import SimulatedDisk, first_content
from tests.simulation.invariants import Invariants, Violation
from tests.simulation.liar import Liar
from tests.simulation.lie_faults import liars_of
from tests.simulation.machine import Machine
from tests.simulation.network import Forward, SimulatedNetwork
from tests.simulation.node import BLOCK_TRANSACTIONS_MAX, SimulatedNode
from tests.simulation.plan import FAULTY_MS, Plan, lets_blocks_go
from tests.simulation.story import Story
from tests.simulation.surroundings import Surroundings
from tests.simulation.timeline import Timeline
from tests.simulation.witness import Witness

CALM_MS = 30_000
"""After this much simulated time without faults, everything must be final everywhere."""
TICK_MS = 50
CALM_ACT_MS = 100
"""How often clients ask again then."""


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
    """How often each kind of fault struck, or what it came to."""
    lies: Counter[str] = field(default_factory=Counter)
    """How often each kind of lie was told."""
    evidence: Counter[str] = field(default_factory=Counter)
    """What honest authorities had against liars, by kind."""


class Cluster:
    """One run of one plan."""

    def __init__(self, plan: Plan, *, trace: Callable[[str], None] | None = None) -> None:
        self.plan = plan
        self.report = Report(plan.seed, len(plan.authorities.members))
        self.timeline = Timeline()
        self.story = Story(self.timeline, trace)
        self._random = Random(f"{plan.seed} cluster")
        self.document = world.genesis(
            plan.authorities, block_transactions_max=BLOCK_TRANSACTIONS_MAX
        )
        self._chain_id = self.document.chain_id()
        self._first = first_content(self.document)
        self.invariants = self.watch()
        self.network = SimulatedNetwork(Random(f"{plan.seed} network"), self.report.faults)
        self.machines = {name: self._machine(name) for name in plan.names}
        self.liars = {name: self._liar(name) for name in sorted(liars_of(plan.faults))}
        self.censor: str | None = None
        """A node that leaves somebody out when it leads."""
        self._given_up: set[tuple[str, int]] = set()
        """Leaders and their terms that an honest node was right to give up."""
        self._transactions = Transactions(self._chain_id, plan.seed)
        self.clients = ClientHistory(frozenset(self.liars))

    def watch(self) -> Invariants:
        """Return what the run is held to."""
        liars = liars_of(self.plan.faults)
        if liars:
            return Witness(self._chain_id, self.plan.authorities, liars, bears=True)
        return Invariants(self._chain_id, self.plan.authorities)

    def _liar(self, name: str) -> Liar:
        return Liar(
            name,
            self._chain_id,
            self.plan.authorities.rule,
            Beliefs(self.plan.authorities, lambda: self.machines[name].node),
            random=Random(f"{self.plan.seed} {name} lies"),
            counts=self.report.lies,
            tell=self.story.tell,
        )

    def _machine(self, name: str, *, twin: bool = False) -> Machine:
        random = Random(f"{self.plan.seed} {name}{' again' if twin else ''}")
        skew, percent = random.randint(-1_000, 1_000), random.randint(95, 105)
        clock = SimulatedClock(self.timeline, skew=skew, percent=percent)
        around = Surroundings(
            name,
            self.document,
            self._chain_id,
            clock=clock,
            send=lambda to, message: self._send(name, to, message, twin=twin),
            reach=_go_on,
            story=self.story,
            invariants=self.invariants,
            random=random,
            leaves_out=lambda transaction: self.leaves_out(name, transaction),
            leaves_open=lambda: name in self.liars and self.liars[name].leaves_open(),
            abandons=lambda neglect: self.abandons(name, neglect),
            keep=self._keep(name),
            counts=self.report.faults,
        )
        disk = SimulatedDisk(self._chain_id, self._first)
        disk.sync_ms = random.choice([1, 2, 5, 30])
        return Machine(
            around,
            disk=disk,
            clock=clock,
            timeline=self.timeline,
            counts=self.report.faults,
        )

    def _keep(self, name: str) -> int | None:
        """Return how many blocks a node keeps: in some networks all, in others few."""
        if not lets_blocks_go(self.plan.seed):
            return None
        return Random(f"{self.plan.seed} {name} keeps").choice([2, 4, 8, 16])

    def run(self) -> Report:
        """Run to the end.

        Raises:
            Violation: an invariant does not hold; the message starts with its number.
        """
        try:
            self._run()
        finally:
            self._finish_report()
        return self.report

    def _begin(self) -> None:
        for machine in self.machines.values():
            machine.start()
        for fault in self.plan.faults:
            self.timeline.after(fault.at, lambda fault=fault: fault.strike(self))  # type: ignore[misc]  # bound per turn
        for act in self.plan.acts:
            self.timeline.after(act.at, lambda act=act: self._act(act))  # type: ignore[misc]  # bound per turn

    def _run(self) -> None:
        self._begin()
        self.timeline.run(FAULTY_MS)
        self._heal()
        self._act_calmly(0)
        self.timeline.run(FAULTY_MS + CALM_MS, until=self._settled)
        if not self._settled():
            raise Violation(f"14: not settled {CALM_MS} ms after the last fault: {self._state()}")
        if isinstance(self.invariants, Witness):
            self.report.evidence += self.invariants.judge(self.document)
        self.judge_clients()

    def judge_clients(self) -> None:
        """11 and 12: the chain can be replayed, and what clients saw of it is linearizable."""
        numbers = self._transactions.submitted
        applied = self.invariants.replays(self.document)
        self.clients.judge([numbers[each] for each in applied if each in numbers])

    def _finish_report(self) -> None:
        report = self.report
        report.steps = self.timeline.steps
        report.simulated_ms = self.timeline.now
        report.final_height = self.invariants.final_height
        report.terms = max((node.status.term for node in self._nodes()), default=0)
        report.reads = self.clients.reads_answered

    # --- who leaves somebody out, and who is given up for it ------------------------------------

    def leaves_out(self, name: str, transaction: CheckedTransaction) -> bool:
        """Return whether `name` leaves `transaction` out of its blocks: here nobody does."""
        del name, transaction
        return False

    def abandons(self, name: str, neglect: Neglect) -> None:
        """14: a leader that leaves nobody out is not deposed once the faults are over.

        Unless an honest node gave it up in the same term, for what the faults did: that one answers
        it no more, and where liars do not either, it may be without a quorum for ever. Nothing
        becomes final then until the others give it up as well, which is what they are to do.
        """
        self.story.tell(f"{name} gives up {neglect.leader}: {neglect}")
        self.count("leader given up")
        since = FAULTY_MS + neglect.ticks * TICK_MS
        lies = neglect.leader == self.censor or neglect.leader in self.liars
        leadership = (neglect.leader, neglect.term)
        if not lies and self.timeline.now > since and leadership not in self._given_up:
            raise Violation(f"14: {name} gives up {neglect.leader}, which leaves nobody out")
        if name not in self.liars:
            self._given_up.add(leadership)

    # --- for faults -------------------------------------------------------------------------------

    def leaders(self) -> list[Machine]:
        """Return the machines whose node believes that it leads."""
        return [
            machine
            for machine in self.machines.values()
            if machine.node is not None and machine.node.leads
        ]

    def count(self, kind: str) -> None:
        """Count a fault."""
        self.report.faults[kind] += 1

    def change_authorities(self, random: Random) -> None:
        """Decide, on the ledger, who is to take part from now on."""
        words = {node.name: node.ready_word() for node in self._nodes()}
        now = self.invariants.configuration
        running = [name for name in self.plan.names if name in words]
        change = draw_change(random, now, running, words, self.plan.bears)
        if change is None:
            return
        self.count("change of authorities")
        self.story.tell(f"decided: {', '.join(member.name for member in change.members)} vote")
        envelope = self._transactions.submit(self._transactions.decide(change))
        for name in random.sample(self.plan.names, 2):
            self._submit(name, envelope)

    def _heal(self) -> None:
        self.story.tell("all faults end")
        self.network.heal()
        for machine in self.machines.values():
            machine.heal()

    # --- messages ---------------------------------------------------------------------------------

    def _send(
        self, sender: str, to: str, message: Message | Forward, *, twin: bool = False
    ) -> None:
        del twin  # nobody has one here
        liar = self.liars.get(sender)
        for said in [message] if liar is None else liar.says(to, message):
            self._post(sender, to, said)
        for other, bait in liar.baits() if liar is not None else ():
            self._post(sender, other, bait)

    def _post(self, sender: str, to: str, message: Message | Forward) -> None:
        arrivals = self.network.arrivals((sender, to))
        if not arrivals and self.story.is_told:
            self.story.lost(sender, to, message)
        for delay in arrivals:
            self.timeline.after(delay, lambda: self._deliver(sender, to, message))

    def _deliver(self, sender: str, to: str, message: Message | Forward) -> None:
        if self.story.is_told:
            self.story.arrives(sender, to, message)
        if to in self.liars:
            self.liars[to].hears(sender, message)
        self.machines[to].do(lambda node: node.receive(sender, message))

    # --- clients ----------------------------------------------------------------------------------

    def _act(self, act: Act) -> None:
        if isinstance(act, Reading):
            if self.machines[act.name].node is not None:
                shown = self.clients.reads(act.name)
                self.machines[act.name].do(lambda node: node.read(shown))
            return
        if not self._transactions.can_submit(act.transaction):
            return
        envelope = self._transactions.submit(act.transaction)
        if self.story.is_told:
            self.story.tell(f"transaction {act.transaction} is sent to {', '.join(act.to)}")
        for name in act.to:
            if self.machines[name].node is not None:
                self._submit(name, envelope, self.clients.submits(act.transaction, envelope, name))

    def _act_calmly(self, turn: int) -> None:
        """Ask once more for what was submitted, each transaction in turn at each node."""
        numbers = list(self._transactions.submitted.values())
        names = self._served()
        if numbers:
            round_, place = divmod(turn, len(numbers))
            name = names[(round_ + place) % len(names)]
            self._act(Submission(self.timeline.now, numbers[place], (name,)))
            self._act(Reading(self.timeline.now, name))
        self.timeline.after(CALM_ACT_MS, lambda: self._act_calmly(turn + 1))

    def _submit(self, name: str, envelope: bytes, told: Told | None = None) -> None:
        def take(node: SimulatedNode) -> None:
            node.submit(envelope, told)
            node.propose()

        self.machines[name].do(take)

    def _settled(self) -> bool:
        """Return whether every honest node has applied all that clients ask for (invariant 14)."""
        wanted = self._transactions.submitted
        served = [self.machines[name] for name in self._served()]
        changing = self.invariants.configuration.is_joint
        return not changing and all(machine.has(wanted) for machine in served)

    def _served(self) -> list[str]:
        """Return the honest nodes that take part in the end, whom clients turn to."""
        configuration = self.invariants.configuration
        takes_part = [n for n in self.plan.names if configuration.peer(n) is not None]
        return [name for name in takes_part if name not in self.liars]

    def _nodes(self) -> list[SimulatedNode]:
        return [m.node for m in self.machines.values() if m.node is not None]

    def _state(self) -> str:
        return "; ".join(_state(machine) for machine in self.machines.values())


def _go_on(_: Boundary) -> None:
    """Reach a boundary that nobody watches."""


def _state(machine: Machine) -> str:
    if machine.node is None:
        return f"{machine.name} is down"
    status = machine.node.status
    return (
        f"{machine.name} {status.role} term {status.term} log {status.last.height} "
        f"final {status.commit_height}"
    )
