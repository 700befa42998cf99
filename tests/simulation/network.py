"""A network that loses, delays, duplicates and reorders, and that can be cut in any way."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

Link = tuple[str, str]
"""Sender and receiver."""

LATE_MS = (1_000, 8_000)
"""How late a message is that the network held back: terms may have passed since."""


@dataclass(frozen=True, slots=True)
class Forward:
    """A transaction on its way to a leader."""

    envelope: bytes


@dataclass(frozen=True, slots=True)
class Conditions:
    """How bad the network is at the moment: shares of messages, and milliseconds."""

    loss: float
    duplication: float
    late: float
    """The share that is held back for seconds, and arrives all the same."""
    delay_max: int

    @staticmethod
    def random(random: Random) -> "Conditions":
        """Draw conditions, often mild and sometimes awful."""
        return Conditions(
            loss=random.choice([0.0, 0.0, 0.02, 0.1, 0.3]),
            duplication=random.choice([0.0, 0.0, 0.05, 0.5]),
            late=random.choice([0.0, 0.0, 0.01, 0.1]),
            delay_max=random.choice([2, 5, 20, 100, 400]),
        )


CALM = Conditions(loss=0.0, duplication=0.0, late=0.0, delay_max=5)


class SimulatedNetwork:
    """Decides what becomes of each message."""

    def __init__(self, random: Random, counts: Counter[str]) -> None:
        """`counts` is told what befalls messages."""
        self._random = random
        self._counts = counts
        self._cut: Counter[Link] = Counter()
        self.conditions = CALM

    def arrivals(self, link: Link) -> list[int]:
        """Return after how many milliseconds copies of a message arrive; none if it is lost."""
        conditions = self.conditions
        if self._cut and self._cut[link] > 0:
            self._counts["message lost"] += 1
            return []
        random = self._random.random
        delay = 1 + int(random() * conditions.delay_max)
        if conditions is CALM:
            return [delay]
        if random() < conditions.loss:
            self._counts["message lost"] += 1
            return []
        if random() < conditions.late:
            self._counts["message held back"] += 1
            delay = self._random.randint(*LATE_MS)
        if random() < conditions.duplication:
            self._counts["message duplicated"] += 1
            return [delay, 1 + int(random() * conditions.delay_max * 3)]
        return [delay]

    def cut(self, links: Iterable[Link]) -> None:
        """Let nothing pass on `links`, until they are joined as often as they were cut."""
        self._cut.update(links)

    def join(self, links: Iterable[Link]) -> None:
        """Undo a cut."""
        self._cut.subtract(links)

    def heal(self) -> None:
        """Everybody can talk to everybody again."""
        self._cut.clear()
        self.conditions = CALM
