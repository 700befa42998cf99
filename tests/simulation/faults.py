"""What goes wrong, as values: when, what, to whom.

A fault is drawn before a run begins and strikes in it. So a run can be told, repeated and shrunk:
to leave a fault out is to leave a value out of a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from tests.simulation.boundaries import Boundary
from tests.simulation.machine import Blow
from tests.simulation.network import Conditions, Link

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster

AHEAD_MS: Final = (2_000, 15_000)
"""How far a clock jumps ahead. What a leader proposed with such a clock is refused by the others
until time has come that far, and they do not depose it; so this must pass in a run's calm part."""
DOWN_MS: Final = (1, 100, 1_000, 4_000)
"""How long a machine is down."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What faults are drawn from."""

    random: Random
    at: int
    names: Sequence[str]
    sovereign: Sequence[str]
    spare: Sequence[str]
    """Authorities that the others can do without: what outlasts a restart befalls them alone."""

    def name(self) -> str:
        """Draw an authority."""
        return self.random.choice(self.names)

    def down(self) -> int:
        """Draw how long a machine is down."""
        return self.random.choice(DOWN_MS)

    def power(self) -> bool:
        """Draw whether the power goes too."""
        return self.random.random() < 0.5


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong."""

    at: int
    """When, in milliseconds since the run began."""

    @property
    def names(self) -> tuple[str, ...]:
        """The authorities that it cannot do without."""
        return ()

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        """Draw one, or several that belong together, or none if there is nobody to befall."""
        raise NotImplementedError

    def strike(self, cluster: Cluster) -> None:
        """Let it happen."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class OfOne(Fault):
    """A fault that befalls one authority."""

    name: str

    @property
    def names(self) -> tuple[str, ...]:
        """That authority."""
        return (self.name,)


# --- processes and machines -----------------------------------------------------------------------


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
        boundary = random.choice(list(Boundary))
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
class ChangeOfAuthorities(Fault):
    """It is decided on the ledger who takes part from now on: no fault, but as hard to survive."""

    seed: int
    """Decides what changes."""

    def strike(self, cluster: Cluster) -> None:
        cluster.change_authorities(Random(self.seed))


# --- disks ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FailedSync(OfOne):
    """The next sync fails: nobody knows what is on disk, so the node must end."""

    of_promise: bool

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [FailedSync(draw.at, draw.name(), draw.random.random() < 0.5)]

    def strike(self, cluster: Cluster) -> None:
        cluster.count("failing disk")
        what = "promise" if self.of_promise else "log"
        cluster.story.tell(f"{self.name}'s disk will fail the next sync of its {what}")
        disk = cluster.machines[self.name].disk
        if self.of_promise:
            disk.guard.failing = True
        else:
            disk.database.failing = True


@dataclass(frozen=True, slots=True)
class FullDisk(OfOne):
    """No write finds space for a while."""

    lasts: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [FullDisk(draw.at, draw.name(), draw.random.choice([300, 1_000, 3_000]))]

    def strike(self, cluster: Cluster) -> None:
        cluster.count("full disk")
        cluster.story.tell(f"{self.name}'s disk is full for {self.lasts} ms")
        database = cluster.machines[self.name].disk.database
        database.full = True

        def freed() -> None:
            database.full = False

        cluster.timeline.after(self.lasts, freed)


@dataclass(frozen=True, slots=True)
class SlowDisk(OfOne):
    """Every write takes long."""

    sync_ms: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [SlowDisk(draw.at, draw.name(), draw.random.choice([1, 5, 50, 500, 1_000, 5_000]))]

    def strike(self, cluster: Cluster) -> None:
        kind = "very slow disk" if self.sync_ms >= 1_000 else "slow disk"
        cluster.count(kind)
        cluster.story.tell(f"{self.name}'s disk takes up to {self.sync_ms} ms a write")
        cluster.machines[self.name].disk.sync_ms = self.sync_ms


@dataclass(frozen=True, slots=True)
class RottenBit(OfOne):
    """A bit flips in what a node has stored."""

    in_guard: bool
    seed: int
    """Decides which."""

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        random = draw.random
        if random.random() < 0.5:
            return [RottenBit(draw.at, draw.name(), in_guard=True, seed=random.getrandbits(32))]
        if not draw.spare:
            return []
        name = random.choice(draw.spare)
        return [RottenBit(draw.at, name, in_guard=False, seed=random.getrandbits(32))]

    def strike(self, cluster: Cluster) -> None:
        disk, random = cluster.machines[self.name].disk, Random(self.seed)
        if not self.in_guard:
            key = disk.database.rot(random)
            cluster.count("rotten bit in the database")
            record = f"{key[:1].decode()} {key[1:].hex()}"
            cluster.story.tell(f"a bit rots in {self.name}'s record {record}")
        elif disk.guard.rot(random):
            cluster.count("rotten bit in the sign guard")
            cluster.story.tell(f"a bit rots in {self.name}'s sign guard")


@dataclass(frozen=True, slots=True)
class LostDatabase(OfOne):
    """A node's database is gone; an operator puts an older copy or an empty one in its place."""

    anew: bool

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        if not draw.spare:
            return []
        return [LostDatabase(draw.at, draw.random.choice(draw.spare), draw.random.random() < 0.5)]

    def strike(self, cluster: Cluster) -> None:
        cluster.machines[self.name].lose_disk(anew=self.anew)


# --- clocks ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClockJump(OfOne):
    """A clock shows another time for a while."""

    by: int
    lasts: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        random = draw.random
        lasts = random.choice([500, 3_000, 8_000])
        if draw.spare and random.random() < 0.5:
            ahead = random.choice(AHEAD_MS)
            return [ClockJump(draw.at, random.choice(draw.spare), ahead, lasts)]
        behind = random.choice([2_000, 20_000, 3_600_000])
        return [ClockJump(draw.at, draw.name(), -behind, lasts)]

    def strike(self, cluster: Cluster) -> None:
        clock = cluster.machines[self.name].clock
        cluster.count("clock ahead" if self.by > 0 else "clock behind")
        cluster.story.tell(f"{self.name}'s clock jumps by {self.by} ms")
        clock.jump(self.by)

        def back() -> None:
            cluster.story.tell(f"{self.name}'s clock is set right")
            clock.set_right()

        cluster.timeline.after(self.lasts, back)


@dataclass(frozen=True, slots=True)
class Drift(OfOne):
    """A clock, and with it a node's ticks, runs fast or slow."""

    percent: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [Drift(draw.at, draw.name(), draw.random.choice([80, 90, 110, 120]))]

    def strike(self, cluster: Cluster) -> None:
        cluster.count("fast clock" if self.percent > 100 else "slow clock")
        cluster.story.tell(f"{self.name}'s clock runs at {self.percent} %")
        cluster.machines[self.name].clock.run_at(self.percent)


# --- the network ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut(Fault):
    """Two groups cannot talk to each other, or one of them is not heard by the other."""

    side: tuple[str, ...]
    one_way: bool
    lasts: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        one_way = draw.random.random() < 0.3
        return [Cut(draw.at, _side(draw), one_way, draw.random.randint(200, 4_000))]

    def strike(self, cluster: Cluster) -> None:
        links = self.links(list(cluster.machines))
        cluster.count("one-way cut" if self.one_way else "partition")
        how = "is not heard by" if self.one_way else "is cut from"
        cluster.story.tell(f"{', '.join(self.side)} {how} the rest for {self.lasts} ms")
        cluster.network.cut(links)
        cluster.timeline.after(self.lasts, lambda: cluster.network.join(links))

    def links(self, names: Sequence[str]) -> list[Link]:
        """Return the links that are cut."""
        rest = [name for name in names if name not in self.side]
        side = [name for name in names if name in self.side]
        links = [(one, other) for one in side for other in rest]
        return links if self.one_way else links + [(other, one) for one, other in links]


@dataclass(frozen=True, slots=True)
class Flapping(Fault):
    """Cuts that come and go, and run differently each time."""

    sides: tuple[tuple[str, ...], ...]
    every: int
    """Milliseconds from one to the next; the network is whole for half of them."""

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        random = draw.random
        sides = tuple(_side(draw) for _ in range(random.randint(3, 8)))
        return [Flapping(draw.at, sides, random.choice([60, 200, 700]))]

    def strike(self, cluster: Cluster) -> None:
        cluster.count("flapping partition")
        for number, side in enumerate(self.sides):
            cut = Cut(0, side, one_way=False, lasts=self.every // 2)
            cluster.timeline.after(number * self.every, lambda cut=cut: cut.strike(cluster))  # type: ignore[misc]  # bound per turn


@dataclass(frozen=True, slots=True)
class BadNetwork(Fault):
    """Messages are lost, delayed, held back or come twice, until the next such change."""

    conditions: Conditions

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        return [BadNetwork(draw.at, Conditions.random(draw.random))]

    def strike(self, cluster: Cluster) -> None:
        cluster.count("bad network")
        cluster.story.tell(f"the network changes: {self.conditions}")
        cluster.network.conditions = self.conditions


def _side(draw: Draw) -> tuple[str, ...]:
    names = draw.names
    return tuple(sorted(draw.random.sample(names, draw.random.randint(1, len(names) - 1))))


KINDS: Final[dict[type[Fault], int]] = {
    Crash: 3,
    CrashOfTheLeader: 3,
    CrashOfTheState: 3,
    PowerFailure: 2,
    CutOffAt: 8,
    Pause: 3,
    HandOver: 3,
    FailedSync: 3,
    FullDisk: 2,
    SlowDisk: 3,
    RottenBit: 3,
    LostDatabase: 2,
    ClockJump: 3,
    Drift: 2,
    Cut: 4,
    Flapping: 2,
    BadNetwork: 4,
}
"""Every kind of fault, and how often it is drawn in relation to the others."""
