"""Authorities whose machine is lost, in the middle of elections.

Some come back from a backup, and have no vote any more; of others the key runs on a new disk, where
nothing of its past is known. The others are a quorum without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from amanat.consensus.raft import Raft
from amanat.ledger.authorities import QuorumRule
from tests.ledger import world
from tests.simulation.clients import draw_acts
from tests.simulation.disk import SimulatedDisk
from tests.simulation.fault import Draw, Fault, OfOne
from tests.simulation.mutation import Edit, Mutant, getter
from tests.simulation.network_faults import BadNetwork, Cut
from tests.simulation.plan import FAULTY_MS, Plan
from tests.simulation.process_faults import Crash, CrashOfTheLeader, HandOver

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster


@dataclass(frozen=True, slots=True)
class LostMachine(OfOne):
    """A backup is made; a little later the machine is lost, and the backup restored elsewhere."""

    lost_after: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        name = draw.random.choice(draw.spare)
        return [LostMachine(draw.at, name, draw.random.choice([10, 100, 500, 2_000]))]

    def strike(self, cluster: Cluster) -> None:
        machine = cluster.machines[self.name]
        machine.disk.back_up()
        cluster.timeline.after(self.lost_after, machine.replace)


@dataclass(frozen=True, slots=True)
class NewDisk(OfOne):
    """The machine is lost, and its key runs on a new disk, as if it had never signed."""

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [NewDisk(draw.at, draw.random.choice(draw.spare))]

    def strike(self, cluster: Cluster) -> None:
        cluster.machines[self.name].replace_with_nothing()


_BESIDE: Final[tuple[type[Fault], ...]] = (
    Crash,
    CrashOfTheLeader,
    CrashOfTheLeader,
    HandOver,
    HandOver,
    Cut,
    BadNetwork,
)
FROM_BACKUPS: Final[tuple[type[Fault], ...]] = (*_BESIDE, LostMachine, LostMachine, LostMachine)
ON_NEW_DISKS: Final[tuple[type[Fault], ...]] = (*_BESIDE, NewDisk, NewDisk, NewDisk)

SIZES: Final = ((3, QuorumRule.MAJORITY), (4, QuorumRule.TWO_THIRDS), (5, QuorumRule.MAJORITY))

OLD_PROMISES: Final = Mutant(
    "a restored authority signs nothing",
    (
        Edit(
            SimulatedDisk.restore_whole,
            "self.guard.replace(first_promise(EVERYTHING))",
            "self.guard.replace(self.old_guard)",
        ),
    ),
    "Violation: [12346]|PromiseBroken",
    20,
)
"""The rule switched off: it goes on with what it had promised when the backup was made."""


HASTY: Final = Mutant(
    "an authority on a new disk elects nobody before it has what it may have acked",
    (Edit(getter(Raft, "is_unsure"), "self.promise.acked is None", "False"),),
    "Violation: [46]",
    20,
)
"""The rule switched off: it goes by its empty log, and by its promises, of which there are none."""


def draw_restoring_plan(seed: int, kinds: Sequence[type[Fault]] = FROM_BACKUPS) -> Plan:
    """Return a plan in which the last authority, or the last two of five, may be lost."""
    random = Random(f"{seed} restoring")
    size, rule = random.choice(SIZES)
    names = list(world.AUTHORITIES)[:size]
    quorum = 2 * size // 3 + 1 if rule is QuorumRule.TWO_THIRDS else size // 2 + 1
    spare = tuple(names[quorum:])
    faults: list[Fault] = []
    at = random.randint(100, 600)
    while at < FAULTY_MS:
        kind = random.choice(kinds)
        faults += kind.draw(Draw(random, at, names, names[:2], spare))
        at += random.randint(100, 900)
    acts = draw_acts(random, names, FAULTY_MS)
    authorities = world.authority_set(names, quorum, 1, rule)
    return Plan(seed, authorities, (), spare, tuple(faults), tuple(acts))
