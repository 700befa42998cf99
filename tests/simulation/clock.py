"""One machine's clock: it may be wrong, run fast or slow, and jump."""

from amanat.ledger.identifiers import LedgerTime
from tests.ledger import world
from tests.simulation.timeline import Timeline

TICK_MS = 50


class SimulatedClock:
    """Tells a node the time of day and how long a tick lasts."""

    def __init__(self, timeline: Timeline, *, skew: int, percent: int) -> None:
        """A good clock, which is wrong by `skew` milliseconds and runs at `percent` of the speed.

        No two are alike, but they are so little apart that no rule minds.
        """
        self._timeline = timeline
        self._skew = skew
        self._good_percent = self._percent = percent
        self._read_at = 0
        self._reading = world.START + skew

    def __call__(self) -> LedgerTime:
        """Return the time that this clock shows."""
        passed = self._timeline.now - self._read_at
        return self._reading + passed * self._percent // 100

    @property
    def tick(self) -> int:
        """How many real milliseconds a tick of this clock lasts."""
        return TICK_MS * 100 // self._percent

    def jump(self, milliseconds: int) -> None:
        """Show another time from now on."""
        self._read_at, self._reading = self._timeline.now, self() + milliseconds

    def run_at(self, percent: int) -> None:
        """Run at `percent` of real time's speed from now on."""
        self.jump(0)
        self._percent = percent

    def set_right(self) -> None:
        """Run as it should, and show what it should."""
        self._percent = self._good_percent
        self._read_at = self._timeline.now
        self._reading = world.START + self._timeline.now + self._skew
