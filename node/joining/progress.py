"""How far a node is that joins: requested, approved, catching up, caught up, voting."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

RATE_SECONDS: Final = 10.0
"""Over how long the rate is taken."""


class Stage(StrEnum):
    """How far it is."""

    REQUESTED = "requested"
    """Nothing was decided yet."""
    CATCHING_UP = "catching up"
    """It was approved, and takes in what it lacks."""
    CAUGHT_UP = "caught up"
    """It has all that is final, and may be given a vote."""
    VOTING = "voting"


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen at one moment."""

    seconds: float
    """By a clock that never goes back."""
    part: str | None
    """Its part as the network lists it; None if it is not listed."""
    height: int | None
    """The last final block that it has applied; None if it did not answer."""
    network: int
    """The last final block of the network."""


class Progress:
    """Tells from one sight to the next how far it is, how fast, and how long it will take."""

    def __init__(self) -> None:
        self._seen: list[Sight] = []

    def saw(self, sight: Sight) -> tuple[Stage, str]:
        """Return how far it is, and a line that says so."""
        self._seen = [
            each for each in self._seen if sight.seconds - each.seconds <= RATE_SECONDS
        ] + [sight]
        if sight.part is None:
            return Stage.REQUESTED, "requested: governance has not decided yet"
        if sight.height is None:
            return Stage.CATCHING_UP, "approved, and it does not answer: is it started?"
        if sight.part != "learns":
            return Stage.VOTING, f"voting ({sight.part}), at block {sight.height}"
        if sight.height >= sight.network:
            return Stage.CAUGHT_UP, f"caught up at block {sight.height}: it can be given a vote"
        return Stage.CATCHING_UP, self._told(sight)

    def _told(self, sight: Sight) -> str:
        height = sight.height or 0
        percent = 100 * height // sight.network
        told = f"catching up: {percent} %, block {height} of {sight.network}"
        rate = self._rate()
        if rate is None:
            return told
        told += f", {rate:.0f} blocks/s"
        gains = rate - self._growth()
        if gains <= 0:
            return f"{told}, not gaining on the network"
        return f"{told}, about {(sight.network - height) / gains:.0f} s left"

    def _rate(self) -> float | None:
        known = [each for each in self._seen if each.height is not None]
        if len(known) < 2 or known[-1].seconds <= known[0].seconds:
            return None
        first, last = known[0], known[-1]
        return ((last.height or 0) - (first.height or 0)) / (last.seconds - first.seconds)

    def _growth(self) -> float:
        first, last = self._seen[0], self._seen[-1]
        seconds = last.seconds - first.seconds
        return (last.network - first.network) / seconds if seconds > 0 else 0.0
