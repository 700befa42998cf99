"""A leader's view of one follower (Raft Figure 2: nextIndex and matchIndex, with flow control).

probe      one message at a time until the follower says where its log agrees;
replicate  a bounded stream of messages without waiting for each reply;
snapshot   no entries, for those that it lacks are gone here: it is offered a snapshot instead, and
           heartbeats ask whether its log has come to where this one begins.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

IN_FLIGHT_MAX: Final = 16
"""Messages with entries that may be under way to one follower."""


class Stage(StrEnum):
    """How a leader sends to a follower."""

    PROBE = "probe"
    REPLICATE = "replicate"
    SNAPSHOT = "snapshot"


@dataclass(slots=True)
class Progress:
    """What the leader knows of a follower, and what it may send it."""

    next_height: int
    match_height: int = 0
    stage: Stage = Stage.PROBE
    probed: bool = False
    """A probe is under way."""
    heard: bool = True
    """A reply came since the last check of the quorum."""
    was_heard: bool = True
    """One came between the two checks before."""
    in_flight: deque[int] = field(default_factory=deque)
    """The last height of each message under way."""

    @property
    def may_send(self) -> bool:
        """Whether entries may be sent now."""
        match self.stage:
            case Stage.PROBE:
                return not self.probed
            case Stage.REPLICATE:
                return len(self.in_flight) < IN_FLIGHT_MAX
            case Stage.SNAPSHOT:
                return False

    @property
    def is_up(self) -> bool:
        """Whether it has been heard lately."""
        return self.heard or self.was_heard

    def check(self) -> None:
        """The quorum has been checked: listen anew."""
        self.was_heard, self.heard = self.heard, False

    def sent(self, last: int) -> None:
        """Note a message with entries up to `last`."""
        if self.stage is Stage.REPLICATE:
            self.next_height = last + 1
            self.in_flight.append(last)
        else:
            self.probed = True

    def matched(self, height: int) -> None:
        """The follower holds everything up to `height`. Never goes back: replies may be late."""
        if height >= self.next_height - 1:
            # An answer to a probe, not a late one.
            self.stage, self.probed = Stage.REPLICATE, False
        self.match_height = max(self.match_height, height)
        self.next_height = max(self.next_height, self.match_height + 1)
        while self.in_flight and self.in_flight[0] <= height:
            self.in_flight.popleft()

    def refused(self, previous: int, retry: int) -> bool:
        """The follower lacks the entry at `previous`. Return whether that was news.

        It is late if it is not about the newest height and the follower has matched since. About
        the newest height it is believed even then: the follower's disk has lost what it held.
        """
        newest = self.next_height - 1
        is_replicating = self.stage is Stage.REPLICATE
        under_way = is_replicating and self.match_height < previous < newest
        if previous < 1 or not (previous == newest or under_way):
            return False
        retry = min(retry, previous - 1)
        self.match_height = min(self.match_height, retry)
        self._restart(Stage.PROBE, retry + 1)
        return True

    def needs_snapshot(self, base: int) -> None:
        """The follower lacks entries that are gone; the log begins with that at `base`."""
        if self.stage is not Stage.SNAPSHOT or self.next_height != base + 1:
            self._restart(Stage.SNAPSHOT, base + 1)

    def _restart(self, stage: Stage, next_height: int) -> None:
        self.stage, self.next_height, self.probed = stage, next_height, False
        self.in_flight.clear()
