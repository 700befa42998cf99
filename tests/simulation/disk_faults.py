"""Disks that fail, fill up, grow slow, rot or are lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.boundaries import Boundary
from tests.simulation.fault import Draw, Fault, OfOne
from tests.simulation.process_faults import Crash, CutOffAt

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster


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
            name = draw.name()
            # A running node does not read its guard, and soon writes it over: it starts anew too.
            rot = RottenBit(draw.at, name, in_guard=True, seed=random.getrandbits(32))
            return [rot, Crash(draw.at, name, draw.power(), draw.down())]
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
class OlderFormat(OfOne):
    """A node is stopped, and starts on its data as an earlier version of the program left them."""

    down: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        older = OlderFormat(draw.at, draw.name(), draw.down())
        if draw.random.random() < 0.5:
            return [older]
        passing = draw.random.choice([0, 1])
        power, down = draw.power(), draw.down()
        return [CutOffAt(draw.at, older.name, Boundary.START, passing, power, down), older]

    def strike(self, cluster: Cluster) -> None:
        machine = cluster.machines[self.name]
        machine.crash(power=False, down=self.down)
        if machine.node is None and machine.disk.database.write_as_before():
            cluster.count("data of an earlier version")
            cluster.story.tell(f"{self.name}'s database is as an earlier version wrote it")


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
