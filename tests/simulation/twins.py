"""Authorities that lie, as twins: two processes that share one name and one key.

Each twin by itself runs the honest program, and neither knows of the other. Together they do all
that a lying authority can do with its signature: propose two blocks at one height, vote twice in a
term, ack what conflicts, deny what they acked, show each half of the others another log. Who talks
to which twin changes all the time (Bano and others, "Twins: BFT Systems Made Robust", OPODIS 2021).
"""

from random import Random
from typing import Final

from amanat.consensus.evidence import Evidence, is_proven
from amanat.consensus.forensics import Record, culprits, fork_height, record_fault
from amanat.consensus.messages import Message
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import encode
from amanat.node.record import joined, part
from tests.ledger import world
from tests.simulation.client_history import ClientHistory
from tests.simulation.clients import draw_acts
from tests.simulation.cluster import Cluster
from tests.simulation.fault import Draw, Fault
from tests.simulation.invariants import Invariants
from tests.simulation.machine import Machine
from tests.simulation.network import Forward
from tests.simulation.network_faults import BadNetwork, Cut
from tests.simulation.plan import FAULTY_MS, Plan
from tests.simulation.process_faults import Crash, CrashOfTheLeader, HandOver
from tests.simulation.witness import Witness

KINDS: Final[tuple[type[Fault], ...]] = (
    Crash,
    CrashOfTheLeader,
    HandOver,
    HandOver,
    Cut,
    BadNetwork,
)
REGROUP_MS: Final = (100, 1_500)
"""How long the same of the others talk to the same twin."""
AFTER_MS: Final = 2_000
"""How long a run goes on, so that what is final is applied."""


def draw_lying_plan(seed: int, *, size: int, rule: QuorumRule) -> Plan:
    """Return a plan for `size` authorities under a rule, with faults that any of them may have."""
    random = Random(f"{seed} twins {size} {rule}")
    names = list(world.AUTHORITIES)[:size]
    quorum = 2 * size // 3 + 1 if rule is QuorumRule.TWO_THIRDS else size // 2 + 1
    authorities = world.authority_set(names, quorum, 1, rule)
    faults: list[Fault] = []
    at = random.randint(100, 1_000)
    while at < FAULTY_MS:
        kind = random.choice(KINDS)
        faults += kind.draw(Draw(random, at, names, names[:2], ()))
        at += random.randint(200, 1_500)
    acts = draw_acts(random, names, FAULTY_MS)
    return Plan(seed, authorities, (), (), tuple(faults), tuple(acts))


class LyingCluster(Cluster):
    """A run in which `liars` of the authorities are twins."""

    def __init__(self, plan: Plan, liars: int) -> None:
        random = Random(f"{plan.seed} liars")
        self.twinned = frozenset(random.sample(plan.names, liars))
        """Whoever has a twin."""
        super().__init__(plan)
        self._regrouping = Random(f"{plan.seed} regrouping")
        self._side: dict[str, bool] = {}
        self.clients = ClientHistory(self.twinned)
        self._twins: dict[str, Machine] = {
            name: self._machine(name, twin=True) for name in sorted(self.twinned)
        }

    def watch(self) -> Invariants:
        """Hold only the honest to what they promise."""
        bears = len(self.twinned) <= self.plan.authorities.liars_max
        return Witness(self._chain_id, self.plan.authorities, self.twinned, bears=bears)

    def _keep(self, name: str) -> int | None:
        """Keep all blocks: they are the records that name whoever lied."""
        del name
        return None

    @property
    def fork(self) -> str | None:
        """What first broke, or None."""
        assert isinstance(self.invariants, Witness)
        return self.invariants.fork

    def _run(self) -> None:
        for twin in self._twins.values():
            twin.start()
        self._regroup()
        self._begin()
        self.timeline.run(FAULTY_MS, until=lambda: self.fork is not None)
        self._heal()
        self.timeline.run(self.timeline.now + AFTER_MS)
        if len(self.twinned) <= self.plan.authorities.liars_max:
            self.judge_clients()

    def _regroup(self) -> None:
        """Let each of the others talk to one twin for a while."""
        random = self._regrouping
        self._side = {name: random.random() < 0.5 for name in self.plan.names}
        self.timeline.after(random.randint(*REGROUP_MS), self._regroup)

    def _send(
        self, sender: str, to: str, message: Message | Forward, *, twin: bool = False
    ) -> None:
        # A liar is heard by those alone who are on the side of the twin that speaks.
        heard = self._side.get(to, False) is twin
        if sender in self.twinned and to not in self.twinned and not heard:
            return
        if sender in self.twinned and to in self.twinned:
            self._side[to] = twin  # liars of one side talk to one another
        second = twin if sender in self.twinned else self._side.get(sender, False)
        for delay in self.network.arrivals((sender, to)):
            self.timeline.after(delay, lambda: self._arrive(sender, to, message, second=second))

    def _arrive(self, sender: str, to: str, message: Message | Forward, *, second: bool) -> None:
        machine = self._twins[to] if second and to in self.twinned else self.machines[to]
        machine.do(lambda node: node.receive(sender, message))

    def records(self) -> dict[str, Record]:
        """Return what the honest nodes show for their chains."""
        found = {}
        for name, machine in self.machines.items():
            if name in self.twinned or machine.node is None:
                continue
            shown = part(machine.node.store, 1)
            if shown is not None:
                record = joined([encode(shown)], self._chain_id, self.plan.authorities)
                assert record_fault(record, self._chain_id) is None
                found[name] = record
        return found

    def accusations(self) -> list[list[Evidence]]:
        """Return, for each two honest nodes whose chains conflict, what their records prove."""
        records = list(self.records().values())
        known = Configuration.first(self.plan.authorities)
        found = []
        for number, one in enumerate(records):
            for two in records[number + 1 :]:
                if fork_height(one, two) is not None:
                    proof = culprits(one, two, self._chain_id)
                    found.append([each for each in proof if is_proven(each, self._chain_id, known)])
        return found
