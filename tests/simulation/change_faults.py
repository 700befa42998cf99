"""Changes of who takes part: no fault, but as hard to survive."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.fault import Fault

if TYPE_CHECKING:
    from tests.simulation.cluster import Cluster


@dataclass(frozen=True, slots=True)
class ChangeOfAuthorities(Fault):
    """It is decided on the ledger who takes part from now on."""

    seed: int
    """Decides what changes."""

    def strike(self, cluster: Cluster) -> None:
        cluster.change_authorities(Random(self.seed))
