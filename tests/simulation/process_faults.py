"""Processes and machines that crash, are cut off in the middle of something, or stand still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.boundaries import Boundary
from tests.simulation.fault import Draw, Fault, OfOne
from tests.simulation.machine import Blow

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster


@dataclass(frozen=True, slots=True)
class Crash(OfOne):
    """A process ends between two steps."""

    power: bool
    down: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [Crash(draw.at, draw.name(), draw.power(), draw.down())]

    def strike(self, cluster: Cluster) -> None:
        cluster.machines[self.name].crash(power=self.power, down=self.down)


@dataclass(frozen=True, slots=True)
class CrashOfTheLeader(Fault):
    """Whoever leads then crashes."""

    power: bool
    down: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [CrashOfTheLeader(draw.at, draw.power(), draw.down())]

    def strike(self, cluster: Cluster) -> None:
        for machine in cluster.leaders():
            machine.crash(power=self.power, down=self.down)


@dataclass(frozen=True, slots=True)
class CrashOfTheState(Fault):
    """All sovereign authorities are down: custodians by themselves must come to nothing."""

    sovereign: tuple[str, ...]
    down: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [CrashOfTheState(draw.at, tuple(draw.sovereign), draw.down())]

    def strike(self, cluster: Cluster) -> None:
        for name in self.sovereign:
            if name in cluster.machines:
                cluster.machines[name].crash(power=False, down=self.down)


@dataclass(frozen=True, slots=True)
class PowerFailure(Fault):
    """All machines lose power in one instant, and come back one by one."""

    down: tuple[int, ...]

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [PowerFailure(draw.at, tuple(draw.down() for _ in draw.names))]

    def strike(self, cluster: Cluster) -> None:
        cluster.count("power failure everywhere")
        for machine, down in zip(cluster.machines.values(), self.down, strict=False):
            machine.crash(power=True, down=down)


@dataclass(frozen=True, slots=True)
class CutOffAt(OfOne):
    """A process ends between two effects of a step, or in the middle of a write."""

    boundary: Boundary
    passing: int
    power: bool
    down: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        random = draw.random
        # Most of what can be forgotten is on its way to the disk.
        boundary = random.choice([*Boundary, Boundary.LOG, *[Boundary.PROMISE] * 3])
        names = random.sample(draw.names, random.randint(1, len(draw.names)))
        return [
            CutOffAt(draw.at, n, boundary, random.choice([0, 0, 1, 3]), draw.power(), draw.down())
            for n in names
        ]

    def strike(self, cluster: Cluster) -> None:
        cluster.machines[self.name].arm(Blow(self.boundary, self.passing, self.power, self.down))


@dataclass(frozen=True, slots=True)
class Pause(OfOne):
    """A process stands still, and then goes on with all that has arrived meanwhile."""

    lasts: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [Pause(draw.at, draw.name(), draw.random.choice([100, 700, 2_000, 6_000]))]

    def strike(self, cluster: Cluster) -> None:
        cluster.machines[self.name].pause(self.lasts)


@dataclass(frozen=True, slots=True)
class HandOver(Fault):
    """Whoever leads then is told to stop."""

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [HandOver(draw.at)]

    def strike(self, cluster: Cluster) -> None:
        for machine in cluster.leaders():
            cluster.count("handover")
            cluster.story.tell(f"{machine.name} is told to hand over")
            machine.do(lambda node: node.hand_over())


@dataclass(frozen=True, slots=True)
class Drain(OfOne):
    """A node is to be replaced by a newer one: it is drained, and then stopped."""

    lasts: int
    down: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [Drain(draw.at, draw.name(), draw.random.choice([100, 800, 2_000]), draw.down())]

    def strike(self, cluster: Cluster) -> None:
        cluster.count("drain")
        cluster.story.tell(f"{self.name} is drained")
        machine = cluster.machines[self.name]
        machine.do(lambda node: node.hand_over(for_good=True))
        cluster.timeline.after(self.lasts, lambda: machine.crash(power=False, down=self.down))
