"""Networks that are cut, flap, lose, delay and repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.fault import Draw, Fault
from tests.simulation.network import Conditions, Link

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster


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
