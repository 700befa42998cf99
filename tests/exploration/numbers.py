"""Numbers for things, so that a set of things is one integer: bit n says whether it holds n."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Numbers(Generic[T]):
    """Gives each different thing the next number."""

    def __init__(self) -> None:
        self.things: list[T] = []
        self._numbers: dict[T, int] = {}

    def of(self, thing: T) -> int:
        """Return the number of `thing`, a new one if it has none yet."""
        number = self._numbers.get(thing)
        if number is None:
            number = self._numbers[thing] = len(self.things)
            self.things.append(thing)
        return number

    def set_of(self, things: Iterable[T]) -> int:
        """Return the set of these things."""
        found = 0
        for thing in things:
            found |= 1 << self.of(thing)
        return found

    def members(self, numbers: int) -> list[T]:
        """Return the things of a set, in the order of their numbers."""
        return [self.things[number] for number in bits(numbers)]


def bits(numbers: int) -> Iterator[int]:
    """Yield the members of a set of numbers, smallest first."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest
