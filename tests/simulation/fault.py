"""What goes wrong, as a value: when, what, to whom.

A fault is drawn before a run begins and strikes in it. So a run can be told, repeated and shrunk:
to leave a fault out is to leave a value out of a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster

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
