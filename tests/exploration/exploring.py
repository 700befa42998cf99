"""Visits every state that a scope allows, each once, the nearest first."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from marshal import dumps
from typing import NamedTuple

from tests.exploration.act import Act
from tests.exploration.facts import ReadBegun
from tests.exploration.invariants import Invariants, Violation
from tests.exploration.numbers import bits
from tests.exploration.outcome import Outcome
from tests.exploration.parts import Parts
from tests.exploration.scope import Scope
from tests.exploration.spent import Spent
from tests.simulation.verifying import verify_once

PROGRESS_STATES = 10_000
"""How often progress is reported."""


class State(NamedTuple):
    """The whole system at one moment."""

    parts: tuple[int, ...]
    """The state of each node."""
    letters: int
    """All that was sent and not yet spent: to arrive does not remove it, so that it may arrive
    again, in any order, or never."""
    facts: int
    final: int
    """What is final, whoever knows of it. It follows from the rest."""

    def key(self) -> bytes:
        """Return what tells this state from others: 128 bits."""
        return blake2b(dumps(self[:3], 2), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Broken:
    """What broke, and the shortest way to it."""

    reason: str
    path: list[Act]


class Exploration:
    """One scope, as far as it has been explored."""

    def __init__(self, scope: Scope) -> None:
        self.parts = Parts(scope)
        self.transitions = 0
        self.depth = 0
        """How many acts it takes to the farthest state."""
        self.broken: Broken | None = None
        self.is_complete = False
        """Whether every state was visited and none was broken."""
        self._scope = scope
        self._spent = Spent(self.parts)
        self._invariants = Invariants(self.parts)
        self._seen: set[bytes] = set()
        # For each state, by the order in which they were found: from where, and by which act.
        self._from = array("L")
        self._by = array("L")

    @property
    def states(self) -> int:
        """How many different states were found."""
        return len(self._seen)

    def run(self, progress: Callable[["Exploration"], None]) -> None:
        """Visit all states, up to the first that is broken.

        `progress` is called now and then. An interrupt from the keyboard ends it early.
        """
        verify_once()
        begin = State(tuple(self.parts.begin(name) for name in self._scope.names), 0, 0, 0)
        self._note(begin, 0, 0)
        try:
            self._visit([begin], progress)
        except KeyboardInterrupt:
            return
        self.is_complete = self.broken is None

    def _visit(self, frontier: list[State], progress: Callable[["Exploration"], None]) -> None:
        index = 0
        while frontier:
            found: list[State] = []
            for state in frontier:
                for position, outcome in self._outcomes(state):
                    self.transitions += 1
                    try:
                        reached = self._reached(state, position, outcome)
                        if self._note(reached, index, outcome.act):
                            self._invariants.inspect(reached.parts, reached.final)
                            found.append(reached)
                            if len(self._seen) % PROGRESS_STATES == 0:
                                progress(self)
                    except Violation as violation:
                        path = [*self._path(index), outcome.act]
                        acts = [self.parts.acts.things[number] for number in path]
                        self.broken = Broken(str(violation), acts)
                        return
                index += 1
            frontier = found
            self.depth += bool(found)

    def _outcomes(self, state: State) -> Iterator[tuple[int, Outcome]]:
        """Yield what may come next, and at which node."""
        parts = self.parts
        present = [parts[number] for number in state.parts]
        may_crash = sum(part.lives for part in present) < self._scope.crashes
        begun = sum(part.stood for part in present)
        may_stand = self._scope.elections is None or begun < self._scope.elections
        for position, part in enumerate(present):
            number = state.parts[position]
            for outcome in parts.own(number):
                after = parts[outcome.part]
                if (may_crash or after.lives == part.lives) and (
                    may_stand or after.stood == part.stood
                ):
                    yield position, outcome
            waiting = state.letters & self._spent.addressed[position] & ~part.inert
            for letter in bits(waiting):
                for outcome in parts.arrival(number, letter):
                    if not may_crash and parts[outcome.part].lives != part.lives:
                        continue
                    if outcome.part != number or outcome.sent & ~state.letters or outcome.broken:
                        yield position, outcome

    def _reached(self, state: State, position: int, outcome: Outcome) -> State:
        numbers = (*state.parts[:position], outcome.part, *state.parts[position + 1 :])
        final = self._invariants.judge(outcome, state.facts, state.final)
        facts = state.facts | outcome.facts
        if outcome.reads:
            heights = [block.height for block in self.parts.blocks.members(final)]
            name = self._scope.names[position]
            begun = ReadBegun(name, outcome.reads, max(heights, default=0))
            facts |= self.parts.facts.set_of([begun])
        letters = self._spent.without(state.letters | outcome.sent, numbers)
        return State(numbers, letters, facts, final)

    def _note(self, state: State, index: int, act: int) -> bool:
        """Take note of a state, and return whether it is a new one."""
        key = state.key()
        if key in self._seen:
            return False
        self._seen.add(key)
        self._from.append(index)
        self._by.append(act)
        return True

    def _path(self, index: int) -> list[int]:
        path: list[int] = []
        while index:
            path.append(self._by[index])
            index = self._from[index]
        return path[::-1]
