"""Simulated time: a queue of what happens when."""

import heapq
from collections.abc import Callable


class Timeline:
    """Runs actions in the order of their times; at one time, in the order they were asked for."""

    def __init__(self) -> None:
        self.now = 0
        """Milliseconds since the run began."""
        self.steps = 0
        """Actions run so far."""
        self._order = 0
        self._events: list[tuple[int, int, Callable[[], None]]] = []

    def after(self, delay: int, action: Callable[[], None]) -> None:
        """Run `action` in `delay` milliseconds."""
        self._order += 1
        heapq.heappush(self._events, (self.now + delay, self._order, action))

    def run(self, end: int, until: Callable[[], bool] | None = None) -> None:
        """Let time pass up to `end`, or until `until` holds; it is asked now and then."""
        events = self._events
        while events and events[0][0] <= end:
            self.now, _, action = heapq.heappop(events)
            action()
            self.steps += 1
            if until is not None and self.steps % 64 == 0 and until():
                return
        self.now = max(self.now, end)
