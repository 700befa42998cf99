"""What clients saw: which operations they began, when, and what they were told."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Input = TypeVar("Input")
Output = TypeVar("Output")


@dataclass(frozen=True, slots=True)
class Operation(Generic[Input, Output]):
    """One call of a client.

    Times are places in one order of all events that anybody saw, so no two are equal.
    """

    client: str
    input: Input
    output: Output | None
    """The answer; None if there was none."""
    invoked: int
    answered: int | None
    """None if there was no answer: then it may have taken effect at any time since, or never."""


class Recorder(Generic[Input, Output]):
    """Writes a history down while it happens."""

    def __init__(self) -> None:
        self._events = 0
        self._operations: list[Operation[Input, Output]] = []

    def invoke(self, client: str, what: Input) -> int:
        """An operation begins. Return its number, for its answer."""
        self._operations.append(Operation(client, what, None, self._next(), None))
        return len(self._operations) - 1

    def answer(self, number: int, output: Output) -> None:
        """Operation `number` is answered: at most once."""
        begun = self._operations[number]
        if begun.answered is not None:
            raise ValueError(f"{begun} is answered twice")
        self._operations[number] = Operation(
            begun.client, begun.input, output, begun.invoked, self._next()
        )

    def history(self) -> list[Operation[Input, Output]]:
        """Return all operations, in the order in which they began."""
        return list(self._operations)

    def _next(self) -> int:
        self._events += 1
        return self._events
