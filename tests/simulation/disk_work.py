"""What a simulated disk is asked to do."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.boundaries import Boundary


@dataclass(frozen=True, slots=True)
class DiskWork:
    """Something that the disk is to do, and takes a while for."""

    boundary: Boundary
    """Where the process is meanwhile."""
    what: Callable[[], str]
    run: Callable[[], None]
