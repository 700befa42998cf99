"""A network that loses, delays, duplicates and reorders, and that can be cut in any way."""

from dataclasses import dataclass
from random import Random

from amanat.consensus.messages import Message


@dataclass(frozen=True, slots=True)
class Forward:
    """A transaction on its way to a leader."""

    envelope: bytes


@dataclass(frozen=True, slots=True)
class Conditions:
    """How bad the network is at the moment: shares of messages, and milliseconds."""

    loss: float
    duplication: float
    delay_max: int

    @staticmethod
    def random(random: Random) -> "Conditions":
        """Draw conditions, often mild and sometimes awful."""
        return Conditions(
            loss=random.choice([0.0, 0.0, 0.02, 0.1, 0.3]),
            duplication=random.choice([0.0, 0.0, 0.05, 0.5]),
            delay_max=random.choice([2, 5, 20, 100, 400]),
        )


CALM = Conditions(loss=0.0, duplication=0.0, delay_max=5)


class SimulatedNetwork:
    """Decides what becomes of each message. `cut` holds ordered pairs that cannot talk."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.conditions = CALM
        self.cut: set[tuple[str, str]] = set()
        self.lost = self.duplicated = 0

    def arrivals(self, sender: str, to: str, message: Message | Forward) -> list[int]:
        """Return after how many milliseconds copies of a message arrive; none if it is lost."""
        del message
        random, conditions = self._random, self.conditions
        if (sender, to) in self.cut or random.random() < conditions.loss:
            self.lost += 1
            return []
        delays = [random.randint(1, conditions.delay_max)]
        if random.random() < conditions.duplication:
            self.duplicated += 1
            delays.append(random.randint(1, conditions.delay_max * 3))
        return delays

    def partition(self, names: list[str]) -> None:
        """Cut the nodes into two groups, in both directions or in one."""
        random = self._random
        side = set(random.sample(names, random.randint(1, len(names) - 1)))
        both = random.random() < 0.7
        for one in names:
            for other in names:
                if one in side and other not in side:
                    self.cut.add((one, other))
                    if both:
                        self.cut.add((other, one))

    def heal(self) -> None:
        """Everybody can talk to everybody again."""
        self.cut.clear()
        self.conditions = CALM
