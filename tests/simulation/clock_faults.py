"""Clocks that jump, and clocks that run fast or slow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.simulation.fault import Draw, Fault, OfOne

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster

JUMPS_MS: Final = (2_000, 20_000, 3_600_000)
"""How far a clock jumps; the last is an hour."""


@dataclass(frozen=True, slots=True)
class ClockJump(OfOne):
    """A clock shows another time for a while."""

    by: int
    lasts: int

    @staticmethod
    def draw(draw: Draw) -> Sequence[Fault]:
        random = draw.random
        by = random.choice(JUMPS_MS)
        lasts = random.choice([500, 3_000, 8_000])
        if draw.spare and random.random() < 0.5:
            return [ClockJump(draw.at, random.choice(draw.spare), by, lasts)]
        return [ClockJump(draw.at, draw.name(), -by, lasts)]

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
